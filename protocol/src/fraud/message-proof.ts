import type { SegmentPlace } from '../proofs/batch.ts'
import { joinBytes } from '../ssz/bytes.ts'
import { BodyKind } from '../types/block.ts'
import { type Message, MessageType } from '../types/operation.ts'
import { at, type BatchTrees } from './batch-trees.ts'
import { type Executed, executeMessages, type Surroundings } from './execute-messages.ts'
import type { ShardOpenings } from './openings.ts'
import { PackedWriter } from './packed.ts'
import { ShardWalk } from './shard-walk.ts'

/** Messages as proofs carry them: their SSZ one after another. */
export function packMessages(messages: readonly Message[]): Uint8Array {
  return joinBytes(messages.map((message) => MessageType.serialize(message)))
}

/** What executing messages reads of their shard, and what it comes to. */
export function witnessOfMessages(
  messages: readonly Message[],
  openings: ShardOpenings,
  around: Surroundings,
): { readonly witness: Uint8Array; readonly executed: Executed } {
  const proof = new PackedWriter()
  const executed = executeMessages(new ShardWalk(openings, proof), messages, around)
  return { witness: proof.finish(), executed }
}

/**
 * A proof for `MessageProof`, whether or not it shows anything wrong.
 * @throws {RangeError} when there is no segment of messages at this place.
 */
export function writeMessageProof(
  trees: BatchTrees,
  place: SegmentPlace,
  openings: ShardOpenings,
  around: Pick<Surroundings, 'chainId' | 'separator' | 'fees'>,
): Uint8Array {
  const proof = new PackedWriter()
  proof.uint(place.block, 2)
  const { header } = trees.block(proof, place.block)
  const run = trees.run(proof, place.block, place.run)
  trees.segment(proof, run, place.segment)
  const { body } = at(run.segments, place.segment, 'segment')
  if (body.selector !== BodyKind.messages) throw new RangeError('the segment holds no messages')
  proof.bytes(packMessages(body.value))
  const { witness } = witnessOfMessages(body.value, openings, {
    ...around,
    timestamp: header.timestamp,
    prices: header.prices,
    shard: run.shard,
  })
  proof.bytes(witness)
  return proof.finish()
}
