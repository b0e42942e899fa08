import '../ssz/hasher.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import { hash64, merkleize4 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type ChangeMembers, ChangeMembersType } from '../types/operation.ts'

const encoder = new TextEncoder()

const tag = (name: string): Uint8Array => {
  const bytes = new Uint8Array(16)
  bytes.set(encoder.encode(name))
  return bytes
}

const messageTag = tag('parley/message/1')
const consentTag = tag('parley/consent/1')
const changeTag = tag('parley/change/1')

function domainChunk(tag: Uint8Array, chainId: bigint): Uint8Array {
  if (BigInt.asUintN(64, chainId) !== chainId) throw new RangeError(`chain id ${chainId} does not fit 8 bytes`)
  const chunk = new Uint8Array(32)
  chunk.set(tag)
  new DataView(chunk.buffer).setBigUint64(16, chainId)
  return chunk
}

function placeChunk(slot: number, counter: bigint): Uint8Array {
  const chunk = new Uint8Array(32)
  const view = new DataView(chunk.buffer)
  view.setUint16(0, slot)
  view.setBigUint64(2, counter)
  return chunk
}

/** What a message carries of its contents: their SHA-256. */
export function contentDigest(contents: Uint8Array): Bytes32 {
  return sha256(contents)
}

/**
 * First of the three pair hashes of a message or consent digest; constant for a conversation, so worth keeping.
 * @param conversationId - 32 bytes.
 */
export function messageDigestPrefix(chainId: bigint, conversationId: Bytes32): Bytes32 {
  return hash64(domainChunk(messageTag, chainId), conversationId)
}

/** What a member signs to send `content` as its message number `nonce`. @see docs/spec/signatures.md#message */
export function messageDigest(
  chainId: bigint,
  conversationId: Bytes32,
  member: number,
  nonce: bigint,
  content: Bytes32,
): Bytes32 {
  return merkleize4(domainChunk(messageTag, chainId), conversationId, placeChunk(member, nonce), content)
}

/** What a key signs to be put into `slot`, whose nonce is `nonce`. @see docs/spec/signatures.md#consent */
export function consentDigest(
  chainId: bigint,
  conversationId: Bytes32,
  slot: number,
  nonce: bigint,
  key: Bytes32,
): Bytes32 {
  return merkleize4(domainChunk(consentTag, chainId), conversationId, placeChunk(slot, nonce), key)
}

/** What the signing member of a membership change signs. @see docs/spec/signatures.md#membership-change */
export function changeDigest(chainId: bigint, conversationId: Bytes32, change: ChangeMembers): Bytes32 {
  return merkleize4(
    domainChunk(changeTag, chainId),
    conversationId,
    placeChunk(change.signer, change.epoch),
    ChangeMembersType.hashTreeRoot(change),
  )
}
