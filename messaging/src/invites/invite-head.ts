import { ContainerType } from '@chainsafe/ssz'
import { ed25519 } from '@noble/curves/ed25519.js'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  joinBytes,
  type Millis,
  SignatureType,
  Uint8Type,
  Uint64Type,
} from '@parley/protocol/light'
import { decodeExactly } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import type { InstallationKeys } from '../mls/leaf.ts'

const version = 1
const tag = new Uint8Array(16)
tag.set(new TextEncoder().encode('parley/invite/1'))

const signedFields = {
  version: Uint8Type,
  chainId: Uint64Type,
  inbox: Bytes20Type,
  recipient: Bytes20Type,
  sender: Bytes20Type,
  senderKey: Bytes32Type,
  createdAt: Uint64Type,
  expiresAt: Uint64Type,
  bodyDigest: Bytes32Type,
}
const SignedHeadType = new ContainerType(signedFields, { typeName: 'SignedInviteHead' })
const HeadType = new ContainerType({ ...signedFields, signature: SignatureType }, { typeName: 'InviteHead' })

/** Who invites whom, signed by one of the sender's devices. Whoever filters for the recipient may read this much. */
export interface InviteHead {
  readonly chainId: bigint
  /** The public inbox that the invite is for. */
  readonly inbox: Bytes20
  readonly recipient: Bytes20
  readonly sender: Bytes20
  /** Ed25519 key of the sender's device. */
  readonly senderKey: Bytes32
  /** Milliseconds since 1970. */
  readonly createdAt: Millis
  readonly expiresAt: Millis
  /** SHA-256 of the encoded body. */
  readonly bodyDigest: Bytes32
}

export function encodeInviteHead(head: InviteHead, { signing }: InstallationKeys): Uint8Array {
  const signature = ed25519.sign(signedBytes(head), signing.secret)
  return HeadType.serialize({ ...head, version, signature })
}

/** The inverse of {@link encodeInviteHead}; its signature holds. Whether the key is the sender's is for the directory to say. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeInviteHead(bytes: Uint8Array): InviteHead {
  const { version: received, signature, ...head } = decodeExactly(HeadType, bytes, 'invite.head')
  if (received !== version) throw invalid('invite.head.version', `${received} is not ${version}`)
  const decoded = { ...head, createdAt: head.createdAt as Millis, expiresAt: head.expiresAt as Millis }
  if (!isSigned(signature, decoded)) throw invalid('invite.head.signature', 'does not hold')
  return decoded
}

function isSigned(signature: Uint8Array, head: InviteHead): boolean {
  try {
    return ed25519.verify(signature, signedBytes(head), head.senderKey, { zip215: false })
  } catch {
    // The library throws on keys that are no points.
    return false
  }
}

function signedBytes(head: InviteHead): Uint8Array {
  return joinBytes([tag, SignedHeadType.hashTreeRoot({ ...head, version })])
}
