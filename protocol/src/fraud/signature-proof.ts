import type { SegmentPlace } from '../proofs/batch.ts'
import { BodyKind } from '../types/block.ts'
import { enteringKeys, type Message, type Operation, OperationKind } from '../types/operation.ts'
import { at, type BatchTrees } from './batch-trees.ts'
import { keyHint } from './key-hint.ts'
import { packMessages } from './message-proof.ts'
import type { ShardOpenings } from './openings.ts'
import { writeOperation } from './pack-operation.ts'
import { PackedWriter } from './packed.ts'
import { ShardWalk } from './shard-walk.ts'

/**
 * A proof for `SignatureProof` about signature `entry` of a segment, whether or not it holds.
 * @throws {RangeError} when there is no such signature, or it depends on what the shard does not have.
 */
export function writeSignatureProof(
  trees: BatchTrees,
  place: SegmentPlace,
  entry: number,
  openings: ShardOpenings,
): Uint8Array {
  const proof = new PackedWriter()
  proof.uint(place.block, 2)
  trees.block(proof, place.block)
  const run = trees.run(proof, place.block, place.run)
  const { body } = trees.segment(proof, run, place.segment)
  proof.uint(entry, 1)
  trees.signatures(proof, place)
  if (body.selector === BodyKind.inboxItem) throw new RangeError('an inbox item has no signatures in the witness')
  if (body.selector === BodyKind.messages) writeMessage(proof, body.value, entry, openings)
  else writeOperationSigner(proof, body.value, entry, openings)
  return proof.finish()
}

function writeMessage(proof: PackedWriter, messages: readonly Message[], entry: number, openings: ShardOpenings): void {
  proof.bytes(packMessages(messages))
  const { conversation, member } = at(messages, entry, 'message')
  const key = writeSlot(new ShardWalk(openings, proof), conversation, member)
  if (key === undefined) throw new RangeError(`conversation ${conversation} has no slot ${member}`)
  proof.bytes(keyHint(key))
}

function writeOperationSigner(proof: PackedWriter, operation: Operation, entry: number, openings: ShardOpenings): void {
  writeOperation(proof, operation)
  if (operation.selector === OperationKind.changeMembers) {
    const { conversation, signer } = operation.value
    const entering = entry === 0 ? undefined : at(enteringKeys(operation.value), entry - 1, 'consent')
    const key = writeSlot(new ShardWalk(openings, proof), conversation, entering?.slot ?? signer)
    proof.bytes(keyHint(entering?.key ?? present(key, signer)))
    return
  }
  if (entry > 0) {
    const members = operation.selector === OperationKind.createConversation ? operation.value.members : []
    proof.bytes(keyHint(at(members, entry - 1, 'consent').key))
    return
  }
  const walk = new ShardWalk(openings, proof)
  const { account } = operation.value
  walk.putAccount(account, walk.readAccount(account))
}

/** Writes a conversation and one of its slots. @returns the slot's key; undefined where the slot is new. */
function writeSlot(walk: ShardWalk, index: number, slot: number): Uint8Array | undefined {
  const conversation = walk.readConversation(index)
  const member = slot < conversation.count ? walk.readMember(index, slot) : undefined
  if (member !== undefined) walk.putMember(index, slot, member)
  walk.putConversation(index, conversation)
  return member?.key
}

function present(key: Uint8Array | undefined, slot: number): Uint8Array {
  if (key === undefined) throw new RangeError(`the conversation has no slot ${slot}`)
  return key
}
