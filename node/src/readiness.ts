import { CodedError, fromSeconds } from '@parley/protocol'
import type { L2Contact } from './l2/contact.ts'
import type { L2Log } from './l2/l2-log.ts'
import type { NodeProgress, NodeState } from './progress.ts'
import type { ChainStore } from './store/chain-store.ts'

/** What the node does as one word, and what keeps it from going on. */
export interface Standing {
  readonly state: NodeState
  readonly fault: CodedError | undefined
}

/** The node follows only an L2 that it can read and has read to its head. */
export function standingOf(progress: NodeProgress, contact: L2Contact): Standing {
  if (progress.state === 'following' && contact.fault !== undefined)
    return { state: contact.caughtUp ? 'waiting' : 'starting', fault: contact.fault }
  if (progress.state === 'following' && !contact.caughtUp) return { state: 'starting', fault: undefined }
  if (progress.fault instanceof CodedError) return { state: progress.state, fault: progress.fault }
  return { state: progress.state, fault: progress.state === 'starting' ? contact.fault : undefined }
}

export interface ReadinessBounds {
  /** Milliseconds that the L2 may be silent. */
  readonly unreadyAfterMs: number
  /** Milliseconds of L2 time that a claim may stand unverified. */
  readonly behindMs: number
}

export interface ReadinessSources {
  readonly progress: NodeProgress
  readonly contact: L2Contact
  readonly l2: L2Log
  readonly store: ChainStore
}

/** Why the node does not do its job now; undefined when it does. */
export async function unreadyBecause(
  { progress, contact, l2, store }: ReadinessSources,
  { unreadyAfterMs, behindMs }: ReadinessBounds,
): Promise<string | undefined> {
  const { state, fault } = standingOf(progress, contact)
  const told = fault === undefined ? '' : `: ${fault.message}`
  if (state === 'starting' || state === 'wrong' || state === 'failed') return `the node is in state ${state}${told}`
  if (contact.astray !== undefined) return `the L2 cannot be followed: ${contact.astray.message}`
  if (contact.silentMs > unreadyAfterMs) return `the L2 has not answered for ${contact.silentMs} ms${told}`
  if (fault?.meaning.blame === 'operator') return `verification waits for the operator${told}`
  const next = await l2.claim(store.tip.claim + 1n)
  const age = next === undefined ? 0n : (l2.summary?.time ?? 0n) - fromSeconds(next.claim.claimedAt)
  if (age > behindMs) return `claim ${next?.claim.number} has stood unverified for ${age} ms${told}`
  return undefined
}
