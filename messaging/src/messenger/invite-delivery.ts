import { ClientError } from '@parley/client'
import { type Bytes20, millis, sameBytes } from '@parley/protocol/light'
import { bytesToHex, hexToBytes } from 'viem'
import { frameDigest } from '../codec/frame.ts'
import { MessagingError } from '../faults.ts'
import { sealInvite } from '../invites/envelope.ts'
import type { InviteBody } from '../invites/invite-body.ts'
import { messagingLimits } from '../limits.ts'
import type { Context } from './context.ts'
import type { OutgoingInvite } from './room-meta.ts'

/** Keys to which something for an identity is sealed. @throws {MessagingError} `IDENTITY_UNREACHABLE`. */
export async function keysOf(context: Context, identity: Bytes20): Promise<readonly Uint8Array[]> {
  const { fallbacks } = await context.directory.read(identity, context.signal)
  if (fallbacks.length === 0) throw new MessagingError({ code: 'IDENTITY_UNREACHABLE', identity })
  return fallbacks.slice(0, messagingLimits.recipients)
}

/** Seals an invite; its head to whom the identity lets filter, too. @returns its frame. */
export async function sealFor(
  context: Context,
  identity: Bytes20,
  keys: readonly Uint8Array[],
  body: InviteBody,
  expiresAt: bigint,
): Promise<Uint8Array> {
  const { deployment, contracts, clock, directory, installation, random, signal } = context
  const to = { chainId: deployment.chainId, inbox: hexToBytes(contracts.inbox), recipient: identity }
  const input = { to, body, createdAt: clock.now(), expiresAt: millis(expiresAt) }
  // What is for a device of one's own is nobody's affair.
  const headKeys = body.kind === 'device' ? [] : await directory.headKeys(identity, signal)
  return sealInvite(input, keys, installation, random, headKeys)
}

/**
 * Stores an envelope and has the public inbox take its digest. One that the inbox has is not sent again.
 * @returns the digest.
 */
export async function deliver(context: Context, identity: Bytes20, frame: Uint8Array): Promise<`0x${string}`> {
  const { contents, payer, signal } = context
  const contentDigest = bytesToHex(frameDigest(frame))
  await contents.put(frame, { class: 'invite', acks: [] }, signal)
  try {
    await payer.invite({ recipient: bytesToHex(identity), contentDigest }, signal)
  } catch (error) {
    if (!(error instanceof ClientError && error.fault.code === 'INVITE_DELIVERED')) throw error
  }
  return contentDigest
}

/** Whether an invite's slot still has the invite's key. */
export function isOpen(
  { slot, key }: OutgoingInvite,
  members: readonly { readonly key: Uint8Array; readonly role: number }[],
): boolean {
  const held = members[slot]
  return held !== undefined && held.role > 0 && sameBytes(held.key, key.key)
}
