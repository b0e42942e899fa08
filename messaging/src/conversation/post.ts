import { messageDigest, Role, type Conversation as Standing, sameBytes, signDigest } from '@parley/protocol/light'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import type { Held } from './held.ts'
import type { Intent } from './stored.ts'

/**
 * Sends what is to be posted, in order: the content to the stores, then its digest to the log. What was sent once is sent again, the
 * same, only when it is known not to have been taken (R9).
 */
export async function post(held: Held, signal: AbortSignal): Promise<void> {
  await dropObsolete(held)
  for (const intent of held.stored.intents) {
    const standing = await held.deps.log.standing(held.stored.own.place, signal)
    if (!isDue(held, intent, standing)) continue
    if (intent.frame !== undefined)
      await held.deps.contents.put(intent.frame, { class: intent.class, acks: intent.acks }, signal)
    await send(held, intent, standing, signal)
  }
}

/** Commits that can no longer be taken are not sent: their epoch is over. */
async function dropObsolete(held: Held): Promise<void> {
  const { intents, state } = held.stored
  const isOver = ({ kind, content }: Intent): boolean =>
    (kind === 'commit' || kind === 'external') && !state.commits.some(({ digest }) => sameBytes(digest, content))
  const kept = intents.filter((intent) => !isOver(intent) || intent.nonce !== undefined)
  if (kept.length < intents.length) await held.keep({ intents: kept })
}

/** Whether an intent was not sent yet, or was sent and certainly not taken. */
function isDue(held: Held, { nonce }: Intent, { members, messageCount }: Standing): boolean {
  const { own, state } = held.stored
  const now = members[own.slot]
  // Without the slot's key nothing is taken: another device exchanged it.
  if (now === undefined || now.role === Role.none || !sameBytes(now.key, own.slotKey.key)) return false
  if (nonce === undefined || now.nonce === nonce) return true
  // Taken by this message or by another device's: the record will say.
  return state.record.cursor.messages >= messageCount
}

async function send(held: Held, intent: Intent, first: Standing, signal: AbortSignal): Promise<void> {
  const { log } = held.deps
  const { place, slot, slotKey } = held.stored.own
  let nonce = first.members[slot]?.nonce ?? 0n
  for (let attempt = 1; ; attempt += 1) {
    await held.keep({ intents: held.stored.intents.map((each) => (isSame(each, intent) ? { ...each, nonce } : each)) })
    const digest = messageDigest(log.chainId, held.stored.state.record.id, slot, nonce, intent.content)
    try {
      await log.send(
        place,
        { slot, nonce, content: intent.content, signature: signDigest(slotKey.secret, digest) },
        signal,
      )
      return
    } catch (error) {
      if (codeOf(error) !== 'NONCE_MISMATCH') throw error
      if (attempt === messagingLimits.attempts)
        throw new MessagingError({ code: 'SLOT_BUSY', slot, attempts: attempt }, { cause: error })
      // Another own device was faster: the same digest is signed again.
      nonce = (await log.standing(place, signal)).members[slot]?.nonce ?? 0n
    }
  }
}

export function isSame(a: Pick<Intent, 'content'>, b: Pick<Intent, 'content'>): boolean {
  return sameBytes(a.content, b.content)
}

/** The code of a coded fault, whatever package it is of. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('fault' in error)) return undefined
  return (error.fault as { readonly code?: unknown }).code
}
