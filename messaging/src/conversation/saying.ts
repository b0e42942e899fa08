import type { Millis } from '@parley/protocol/light'
import { agedKeys } from '../engine/aged.ts'
import { leavesNow, makeMessage } from '../engine/make.ts'
import { slotAt } from '../engine/record.ts'
import { staleLeaves } from '../engine/rules.ts'
import { memberOf } from '../engine/state.ts'
import type { Held } from './held.ts'
import { intend } from './intend.ts'
import type { StoredConversation } from './stored.ts'

/**
 * Encrypts a message and stores it to be posted, with the nonce that it is to be sent with: one write.
 * @throws {MessagingError} `NOT_A_MEMBER`, `GAP`, `STALE_LEAVES`, `MESSAGE_TOO_LARGE`.
 */
export async function say(held: Held, plaintext: Uint8Array, changes: Partial<StoredConversation> = {}): Promise<void> {
  const made = await makeMessage(held.stored.state, plaintext, held.suite)
  const nonce = nextNonce(held.stored)
  const intent = await intend(held, 'message', made, changes, nonce)
  if (nonce !== undefined) held.outgoing.begin(intent)
}

/** Encrypts what waits to be said, the oldest first. */
export async function sayAgain(held: Held): Promise<void> {
  const [plaintext, ...unsent] = held.stored.unsent
  if (plaintext !== undefined) await say(held, plaintext, { unsent })
}

/** Whether nothing that this device does by itself, or is to say, comes before another message. */
export function isFree({ state, asking, unsent }: StoredConversation, now: Millis): boolean {
  const member = memberOf(state)
  if (member === undefined || state.waiting.length + state.commits.length + asking.length + unsent.length > 0)
    return false
  const leaves = leavesNow(state)
  return staleLeaves(state.record, leaves).length === 0 && agedKeys(member, leaves.length, now) === undefined
}

/** What the slot's next nonce is if no other device of it says anything first; undefined where that depends on what is not sent yet. */
function nextNonce({ own, state, intents }: StoredConversation): bigint | undefined {
  let next = slotAt(state.record, own.slot).nonce
  for (const { nonce } of intents) {
    if (nonce === undefined) return undefined
    if (nonce >= next) next = nonce + 1n
  }
  return next
}
