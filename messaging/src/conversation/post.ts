import {
  messageDigest,
  Role,
  type Conversation as Standing,
  sameBytes,
  signDigest,
  transitionFaults,
} from '@parley/protocol/light'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import type { Held } from './held.ts'
import { type Intent, isSame } from './stored.ts'

/**
 * Sends what is to be posted, in order: the content to the stores, then its digest to the log. What was sent once is sent again, the
 * same, only when it is known not to have been taken (R9). The L3 is asked how it stands only for what this process has not made
 * itself, or was refused.
 */
export async function post(held: Held, signal: AbortSignal): Promise<void> {
  await dropObsolete(held)
  for (const intent of held.stored.intents)
    if (!held.outgoing.isAccepted(intent, held.deps.clock.now())) await postOne(held, intent, signal)
}

/** Commits that can no longer be taken are not sent: their epoch is over. */
async function dropObsolete(held: Held): Promise<void> {
  const { intents, state } = held.stored
  const isOver = ({ kind, content }: Intent): boolean =>
    (kind === 'commit' || kind === 'external') && !state.commits.some(({ digest }) => sameBytes(digest, content))
  const kept = intents.filter((intent) => !isOver(intent) || intent.nonce !== undefined)
  if (kept.length < intents.length) await held.keep({ intents: kept })
}

async function postOne(held: Held, intent: Intent, signal: AbortSignal): Promise<void> {
  const { outgoing } = held
  const { contents, clock } = held.deps
  let nonce = outgoing.isFresh(intent) ? intent.nonce : await nonceFor(held, intent, signal)
  if (nonce === undefined) return
  const { frame, acks } = intent
  if (frame !== undefined) await contents.put(frame, { class: intent.class, acks }, signal)
  let current = intent
  for (let attempt = 1; ; attempt += 1) {
    current = await withNonce(held, current, nonce)
    outgoing.sent(current)
    try {
      await send(held, current, nonce, signal)
      outgoing.acceptedAt(current, clock.now())
      return
    } catch (error) {
      const code = codeOf(error)
      if (!isRefusal(code)) throw error
      const next = await nonceFor(held, { ...current, nonce: undefined }, signal)
      // It is known not to have been taken, and nothing of this slot is.
      if (next === undefined) return void (await withNonce(held, current, undefined))
      if (code !== 'NONCE_MISMATCH') throw error
      const { slot } = held.stored.own
      if (attempt === messagingLimits.attempts)
        throw new MessagingError({ code: 'SLOT_BUSY', slot, attempts: attempt }, { cause: error })
      // Another own device was faster: the same digest is signed again.
      nonce = next
    }
  }
}

/** The nonce to send something with; undefined where it is not to be sent now. */
async function nonceFor(held: Held, intent: Intent, signal: AbortSignal): Promise<bigint | undefined> {
  const { place, slot } = held.stored.own
  const standing = await held.deps.log.standing(place, signal)
  return isDue(held, intent, standing) ? standing.members[slot]?.nonce : undefined
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

/** The intent as it is stored once its nonce is. */
async function withNonce(held: Held, intent: Intent, nonce: bigint | undefined): Promise<Intent> {
  if (intent.nonce === nonce) return intent
  const next = { ...intent, nonce }
  await held.keep({ intents: held.stored.intents.map((each) => (isSame(each, intent) ? next : each)) })
  return next
}

function send(held: Held, { content }: Intent, nonce: bigint, signal: AbortSignal): Promise<void> {
  const { log } = held.deps
  const { own, state } = held.stored
  const { place, slot, slotKey } = own
  const digest = messageDigest(log.chainId, state.record.id, slot, nonce, content)
  return log.send(place, { slot, nonce, content, signature: signDigest(slotKey.secret, digest) }, signal)
}

/** The code of a coded fault, whatever package it is of. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('fault' in error)) return undefined
  return (error.fault as { readonly code?: unknown }).code
}

/** Whether the L3 says by this code that it did not take what it was sent. */
function isRefusal(code: unknown): boolean {
  return typeof code === 'string' && Object.hasOwn(transitionFaults, code)
}
