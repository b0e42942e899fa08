import { noClaim } from '@parley/api'
import type { PublishedState } from '../state/published-state.ts'

/** Bytes of what every proof begins with: block, timestamp, claim, endsClaim, final, stateRoot. */
export const provenBytes = 58
const nodeBytes = 32
/** Levels from a conversation's root to its shard's, and from there to the state's. */
const [shardLevels, stateLevels] = [28, 9] as const

/** Writes what every proof begins with. */
export function writeProven(
  { state: { header }, claim }: PublishedState,
  isFinal: boolean,
  to: Uint8Array,
  view: DataView,
): void {
  view.setBigUint64(0, header.number, true)
  view.setBigUint64(8, header.timestamp, true)
  view.setBigUint64(16, claim ?? noClaim, true)
  to[24] = claim === undefined ? 0 : 1
  to[25] = isFinal ? 1 : 0
  to.set(header.stateRoot, 26)
}

const branchAt = provenBytes + 1 + 4 + 4 + 4

/** SSZ of a `ProvenConversation`, without a value in between. */
export function provenConversationBytes(
  published: PublishedState,
  isFinal: boolean,
  shard: number,
  index: number,
): Uint8Array {
  const { view: state, nodes } = published
  const conversationAt = branchAt + nodeBytes * (shardLevels + stateLevels)
  const bytes = Buffer.allocUnsafe(conversationAt + state.conversationBytes(shard, index))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  writeProven(published, isFinal, bytes, view)
  bytes[provenBytes] = shard
  view.setUint32(provenBytes + 1, index, true)
  view.setUint32(provenBytes + 5, branchAt, true)
  view.setUint32(provenBytes + 9, conversationAt, true)
  nodes.writeBranch(shard, bytes, state.writeBranch(shard, index, bytes, branchAt))
  state.writeConversation(shard, index, bytes, conversationAt)
  return bytes
}
