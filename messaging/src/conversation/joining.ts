import { type Bytes20, millis, Role, sameBytes } from '@parley/protocol/light'
import { encodeFrame, FrameKind, frameDigest } from '../codec/frame.ts'
import { encodeInvitation } from '../codec/invitation.ts'
import { leavesNow } from '../engine/make.ts'
import { type ConversationState, gapsOf, memberOf } from '../engine/state.ts'
import { messagingLimits } from '../limits.ts'
import { groupInfo } from '../mls/group.ts'
import { loadSuite } from '../mls/suite.ts'
import { seal } from '../sealing/sealed.ts'
import type { Held } from './held.ts'
import { intend, intendControl } from './intend.ts'
import type { OwnSlot } from './stored.ts'

/** Asks to join by a commit of its own. */
export async function askToJoin(held: Held): Promise<void> {
  const { generation } = held.stored.state
  await intendControl(held, { kind: 'join', generation }, { asked: held.deps.clock.now() })
}

/** Whether this device has no keys, and is not on its way to some. */
export function mustAsk({ stored, deps }: Held): boolean {
  const { asked, state, own } = stored
  const isOpen = asked !== undefined && deps.clock.now() < asked + BigInt(messagingLimits.askAgainMs)
  return memberOf(state) === undefined && !isOpen && state.commits.length === 0 && isIn(state, own)
}

/** Whether nobody is left who could let this device in: no other slot, and no other device of this identity. */
export async function isDeserted({ stored, deps }: Held, signal: AbortSignal): Promise<boolean> {
  const { state, asked, own } = stored
  const { slot, record, commits, boot } = state
  const isAlone = record.slots.every(({ role }, each) => (role === Role.none) === (each !== slot))
  if (memberOf(state) !== undefined || asked === undefined || commits.length > 0 || boot !== undefined) return false
  if (!isAlone || !isIn(state, own)) return false
  const { directory, installation } = deps
  const { installations } = await directory.installations(installation.identity, signal)
  return installations.every((key) => sameBytes(key, installation.signing.key))
}

/** Remembers who has a slot: it may have no leaf when it asks to join. */
export async function introduce(held: Held, slot: number, identity: Bytes20): Promise<void> {
  const rest = held.stored.identities.filter((each) => each.slot !== slot)
  await held.keep({ identities: [...rest, { slot, identity }] })
}

/** Sends a slot that asked what it needs to join by a commit. One that nobody knows gets nothing. */
export async function answer(held: Held, slot: number, signal: AbortSignal): Promise<void> {
  const { stored, deps } = held
  const { state, identities, asking } = stored
  const member = memberOf(state)
  if (member === undefined || gapsOf(state).length > 0) return
  const leaf = leavesNow(state).find(({ claim }) => claim.slot === slot)
  const identity = leaf?.identity ?? identities.find((each) => each.slot === slot)?.identity
  const rest = { asking: asking.filter((each) => each.slot !== slot) }
  if (identity === undefined) return held.keep(rest)
  // It may be a device that was registered a moment ago: what the directory said before then seals nothing to it.
  const now = deps.clock.now()
  const again = BigInt(messagingLimits.directoryAgainMs)
  const lately = millis(now > again ? now - again : 0n)
  const { fallbacks } = await deps.directory.installations(identity, signal, lately)
  const keys = fallbacks.slice(0, messagingLimits.recipients)
  if (keys.length === 0) return held.keep(rest)
  const info = await groupInfo(member.state, held.suite)
  const plaintext = encodeInvitation({ info, asOf: state.record.cursor.messages })
  const suite = await loadSuite('x25519')
  const sealing = { name: 'x25519', suite, context: state.record.id } as const
  const frame = encodeFrame({ kind: FrameKind.sealed, body: await seal(plaintext, keys, sealing, deps.random) })
  await intend(held, 'sealed', { state, frame, digest: frameDigest(frame), acks: [] }, rest)
}

/** Whether the own slot is live with the key that this device has. */
function isIn({ record, slot }: ConversationState, { slotKey }: OwnSlot): boolean {
  const held = record.slots[slot]
  return held !== undefined && held.role !== Role.none && sameBytes(held.key, slotKey.key)
}
