import type { SegmentPlace } from '../proofs/batch.ts'
import { portableVerifier, type SignatureVerifier } from '../signing/verifier.ts'
import { joinBytes } from '../ssz/bytes.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { BodyKind } from '../types/block.ts'
import { type InboxItem, InboxItemKind } from '../types/inbox.ts'
import { MessageType, type Operation } from '../types/operation.ts'
import type { BatchTrees } from './batch-trees.ts'
import type { Surroundings } from './execute-messages.ts'
import { executeItem, executeOperation } from './execute-operation.ts'
import type { ShardOpenings } from './openings.ts'
import { writeOperation } from './pack-operation.ts'
import { PackedWriter } from './packed.ts'
import { ShardWalk } from './shard-walk.ts'

/** What a segment of one operation or one inbox item does. */
export type SingleBody =
  | { readonly kind: typeof BodyKind.operation; readonly operation: Operation }
  | { readonly kind: typeof BodyKind.inboxItem; readonly item: InboxItem }

/** What executing a body reads of its shard, and the root that it leads to: undefined when it is invalid. */
export interface Witnessed {
  readonly witness: Uint8Array
  readonly postRoot: Bytes32 | undefined
}

/** @param verifier - Judges the signatures of an item; those of an operation are left aside. */
export function witnessOfSingle(
  body: SingleBody,
  openings: ShardOpenings,
  around: Surroundings,
  verifier: SignatureVerifier = portableVerifier,
): Witnessed {
  const proof = new PackedWriter()
  const walk = new ShardWalk(openings, proof)
  const postRoot =
    body.kind === BodyKind.operation
      ? executeOperation(walk, body.operation, around)
      : executeItem(walk, proof, body.item, around, verifier)
  return { witness: proof.finish(), postRoot }
}

/** An operation or item as proofs carry it. */
export function packSingle(body: SingleBody): Uint8Array {
  const proof = new PackedWriter()
  if (body.kind === BodyKind.operation) writeOperation(proof, body.operation)
  else writeItem(proof, body.item)
  return proof.finish()
}

function writeItem(proof: PackedWriter, item: InboxItem): void {
  proof.uint(item.selector, 1)
  if (item.selector === InboxItemKind.prices) throw new RangeError('prices touch no shard')
  if (item.selector === InboxItemKind.deposit) {
    proof.uint(item.value.shard, 1)
    proof.uint(item.value.account, 4)
    proof.bytes(item.value.owner)
    proof.uint(item.value.amount, 8)
  } else if (item.selector === InboxItemKind.forcedOperation) {
    const { sender, operation, signatures } = item.value
    proof.bytes(sender)
    writeOperation(proof, operation)
    proof.uint(signatures.length, 1)
    proof.bytes(joinBytes(signatures))
  } else {
    const { shard, message, signature } = item.value
    proof.uint(shard, 1)
    proof.bytes(MessageType.serialize(message))
    proof.bytes(signature)
  }
}

/**
 * A proof for `OperationProof`, whether or not it shows anything wrong.
 * @param itemAt - The queue's typed item.
 * @throws {RangeError} when there is no segment of an operation or item at this place.
 */
export function writeOperationProof(
  trees: BatchTrees,
  place: SegmentPlace,
  openings: ShardOpenings,
  around: Pick<Surroundings, 'chainId' | 'separator' | 'fees'>,
  itemAt: (index: bigint) => InboxItem,
): Uint8Array {
  const proof = new PackedWriter()
  proof.uint(place.block, 2)
  const { header } = trees.block(proof, place.block)
  const run = trees.run(proof, place.block, place.run)
  const { body } = trees.segment(proof, run, place.segment)
  if (body.selector === BodyKind.messages) throw new RangeError('the segment holds messages')
  const single: SingleBody =
    body.selector === BodyKind.operation
      ? { kind: BodyKind.operation, operation: body.value }
      : { kind: BodyKind.inboxItem, item: itemAt(body.value) }
  proof.bytes(packSingle(single))
  const { timestamp, prices } = header
  proof.bytes(witnessOfSingle(single, openings, { ...around, timestamp, prices, shard: run.shard }).witness)
  return proof.finish()
}
