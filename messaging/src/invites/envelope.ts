import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes20, type Bytes32, joinBytes, type Millis, sameBytes, toHex } from '@parley/protocol/light'
import { decodeFrame, encodeFrame, FrameKind } from '../codec/frame.ts'
import { decodeExactly } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import type { OwnInstallation, Random } from '../keys/installation.ts'
import { messagingLimits } from '../limits.ts'
import { loadSuite } from '../mls/suite.ts'
import { openSealed, seal } from '../sealing/sealed.ts'
import { decodeInviteBody, encodeInviteBody, type InviteBody } from './invite-body.ts'
import { decodeInviteHead, encodeInviteHead, type InviteHead } from './invite-head.ts'

const sealedBytes = 131_072

/** The body of an `invite` frame: two sealed parts, so that who filters for the recipient may be given the key of the first alone. */
const EnvelopeType = new ContainerType(
  { head: new ByteListType(sealedBytes), body: new ByteListType(sealedBytes) },
  { typeName: 'InviteEnvelope' },
)
const contextTag = new TextEncoder().encode('parley/invite/1')

/** Whom an envelope is for: an inbox on a chain, and whose. */
export interface Addressed {
  readonly chainId: bigint
  readonly inbox: Bytes20
  readonly recipient: Bytes20
}

/** An invite that was opened; its head is signed and belongs to its body and to this recipient. */
export interface OpenedInvite {
  readonly head: InviteHead
  readonly body: InviteBody
}

export interface InviteInput {
  readonly to: Addressed
  readonly body: InviteBody
  readonly createdAt: Millis
  readonly expiresAt: Millis
}

/**
 * Seals an invite to devices of its recipient.
 * @param keys - X25519 keys of theirs, 1 to 64.
 * @param headKeys - Of whoever filters for the recipient: they open the head alone. As many as leave room for the keys count.
 * @returns the frame.
 */
export async function sealInvite(
  { to, body, createdAt, expiresAt }: InviteInput,
  keys: readonly Uint8Array[],
  installation: OwnInstallation,
  random: Random,
  headKeys: readonly Uint8Array[] = [],
): Promise<Uint8Array> {
  const suite = await loadSuite('x25519')
  const sealing = { name: 'x25519', suite, context: contextOf(to) } as const
  const inner = encodeInviteBody(body)
  const head = encodeInviteHead(
    {
      ...to,
      sender: installation.identity,
      senderKey: installation.signing.key,
      createdAt,
      expiresAt,
      bodyDigest: sha256(inner),
    },
    installation,
  )
  const envelope = EnvelopeType.serialize({
    head: await seal(head, [...keys, ...headKeys].slice(0, messagingLimits.recipients), sealing, random),
    body: await seal(inner, keys, sealing, random),
  })
  return encodeFrame({ kind: FrameKind.invite, body: envelope })
}

/**
 * Opens an invite; undefined when it is for another device.
 * @throws {MessagingError} `FRAME_INVALID`.
 */
export async function openInvite(
  frame: Uint8Array,
  to: Addressed,
  { fallback }: OwnInstallation,
): Promise<OpenedInvite | undefined> {
  const { kind, body } = decodeFrame(frame)
  if (kind !== FrameKind.invite) throw invalid('invite', `a frame of kind ${kind} is none`)
  const envelope = decodeExactly(EnvelopeType, body, 'invite')
  const sealing = { name: 'x25519', suite: await loadSuite('x25519'), context: contextOf(to) } as const
  const [headBytes, bodyBytes] = [
    await openSealed(envelope.head, [fallback.secret], sealing),
    await openSealed(envelope.body, [fallback.secret], sealing),
  ]
  if (headBytes === undefined || bodyBytes === undefined) return undefined
  const head = decodeInviteHead(headBytes)
  if (!isFor(head, to)) throw invalid('invite.head', 'it is for another inbox or recipient')
  if (!sameBytes(head.bodyDigest, sha256(bodyBytes))) throw invalid('invite.bodyDigest', 'it is of another body')
  if (head.expiresAt > head.createdAt + BigInt(messagingLimits.inviteMs))
    throw invalid('invite.expiresAt', `more than ${messagingLimits.inviteMs} ms after createdAt`)
  return { head, body: decodeInviteBody(bodyBytes) }
}

/**
 * Opens who invites whom, by a key that opens no more than that; undefined when the head is not sealed to it.
 * @throws {MessagingError} `FRAME_INVALID`.
 */
export async function openInviteHead(
  frame: Uint8Array,
  to: Addressed,
  secret: Uint8Array,
): Promise<InviteHead | undefined> {
  const { kind, body } = decodeFrame(frame)
  if (kind !== FrameKind.invite) throw invalid('invite', `a frame of kind ${kind} is none`)
  const { head: sealed } = decodeExactly(EnvelopeType, body, 'invite')
  const sealing = { name: 'x25519', suite: await loadSuite('x25519'), context: contextOf(to) } as const
  const bytes = await openSealed(sealed, [secret], sealing)
  if (bytes === undefined) return undefined
  const head = decodeInviteHead(bytes)
  if (!isFor(head, to)) throw invalid('invite.head', 'it is for another inbox or recipient')
  return head
}

function isFor(head: InviteHead, { chainId, inbox, recipient }: Addressed): boolean {
  return head.chainId === chainId && toHex(head.inbox) === toHex(inbox) && toHex(head.recipient) === toHex(recipient)
}

/** What an envelope is bound to: opened for another inbox or recipient it fails. */
function contextOf({ chainId, inbox, recipient }: Addressed): Bytes32 {
  const chain = new Uint8Array(8)
  new DataView(chain.buffer).setBigUint64(0, chainId)
  return sha256(joinBytes([contextTag, chain, inbox, recipient]))
}
