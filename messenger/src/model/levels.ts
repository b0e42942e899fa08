import type { NodeClient } from '@parley/client'
import { lastSaid, type SaidItem, type Settled, type Talk } from './talk.ts'

/** How far a message got. Beyond `sealed` a node shows it under a root that the L2 has. */
export type Level = 'waiting' | 'accepted' | 'sealed' | 'claimed' | 'final'

export function levelOf({ position, pending }: SaidItem, { claimed, final }: Settled): Level {
  if (position === undefined) return pending === 'accepted' ? 'accepted' : 'waiting'
  if (position < final) return 'final'
  return position < claimed ? 'claimed' : 'sealed'
}

export const levelWords: Readonly<Record<Level, { readonly name: string; readonly means: string }>> = {
  waiting: {
    name: 'Waiting',
    means: 'Not sent yet: it is kept on this device, and goes out by itself as soon as the servers answer.',
  },
  accepted: { name: 'Accepted', means: 'Sent. The sequencer has given it its place, and every member can fetch it.' },
  sealed: {
    name: 'Sealed',
    means: 'It stands in a block that the sequencer has signed: moving it or leaving it out now would be provable.',
  },
  claimed: { name: 'Claimed', means: 'Its block was published, and the L2 has the root that covers it.' },
  final: { name: 'Final', means: 'The time to contest the root is over: nobody can change or drop it any more.' },
}

/** Asks a node how far a conversation is settled. Undefined when there is nothing to learn, or the node is away. */
export async function settledOf(node: NodeClient, talk: Talk, signal: AbortSignal): Promise<Settled | undefined> {
  const { shard, index } = talk.room.place
  const last = lastSaid(talk)
  if (last === undefined || talk.settled.final > last.position) return undefined
  try {
    const latest = await node.conversation(shard, index, { signal })
    const final = await node.conversation(shard, index, { at: 'final', signal })
    return {
      claimed:
        latest === undefined || latest.grade === 'node' ? talk.settled.claimed : latest.conversation.messageCount,
      final: final?.grade === 'final' ? final.conversation.messageCount : talk.settled.final,
    }
  } catch {
    // The node is behind, or away: what was shown before still holds, and it is asked again.
    return undefined
  }
}
