import { limits } from '@parley/protocol'
import { type Derive, deriveFrom } from '../../load/seeded.ts'

/** One message as every peer gets it. */
export interface PeerMessage {
  readonly conversation: number
  /** Slot of the one who speaks, 0 or 1. */
  readonly member: number
  /** Place among its sender's messages, from 0. */
  readonly nonce: number
  readonly content: Uint8Array
}

/** Streams of the pipeline's load, each with as many conversations as there are shards. */
const streams = 32
export const peerConversations = streams * limits.shards
const members = 2

/** What everything of the pipeline's load with this seed is derived from. */
export function deriveLoad(seed: string): Derive {
  return deriveFrom(`bench ${seed}`)
}

/** The first messages of the pipeline's load: the same conversations, speakers and contents, its streams taking turns. */
export function peerMessages(seed: string, count: number): PeerMessage[] {
  const derive = deriveLoad(seed)
  return Array.from({ length: count }, (_, i) => {
    const stream = i % streams
    const turn = Math.floor(i / streams)
    const round = Math.floor(turn / limits.shards)
    return {
      conversation: stream * limits.shards + (turn % limits.shards),
      member: round % members,
      nonce: Math.floor(round / members),
      content: derive('content', stream, turn + 1),
    }
  })
}
