import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Bytes32,
  joinBytes,
  type MemberKey,
  merkleize4,
  portableVerifier,
  type Signature,
  signDigest,
} from '@parley/protocol/light'
import type { GroupName } from './group-id.ts'

/** Number of the leaf extension `parley_slot`. */
export const slotExtension = 0xf0a1

/** What a leaf says of the slot that it belongs to. @see docs/spec/messaging.md#groups-and-leaves */
export interface SlotClaim {
  readonly slot: number
  readonly slotKey: Bytes32
  /** Ed25519, for this leaf alone: acknowledges contents to stores. */
  readonly ackKey: Bytes32
  /** By the slot's key over the leaf's signature key and `ackKey`. */
  readonly proof: Signature
}

/** What the slot's key signs beside the claim. */
export interface ClaimContext extends GroupName {
  readonly chainId: bigint
  /** The leaf's signature key: the installation's. */
  readonly signatureKey: Bytes32
}

const claimBytes = 2 + 32 + 32 + 64
const tag = new TextEncoder().encode('parley/leaf/1')

export function encodeSlotClaim({ slot, slotKey, ackKey, proof }: SlotClaim): Uint8Array {
  return joinBytes([Uint8Array.of(slot >> 8, slot & 0xff), slotKey, ackKey, proof])
}

/** Undefined for bytes of another length. */
export function decodeSlotClaim(bytes: Uint8Array): SlotClaim | undefined {
  if (bytes.length !== claimBytes) return undefined
  return {
    slot: ((bytes[0] as number) << 8) | (bytes[1] as number),
    slotKey: bytes.slice(2, 34),
    ackKey: bytes.slice(34, 66),
    proof: bytes.slice(66),
  }
}

function claimDigest({ slot, ackKey }: Omit<SlotClaim, 'slotKey' | 'proof'>, context: ClaimContext): Bytes32 {
  const domain = new Uint8Array(32)
  domain.set(tag)
  new DataView(domain.buffer).setBigUint64(16, context.chainId)
  const place = new Uint8Array(32)
  const view = new DataView(place.buffer)
  view.setUint16(0, slot)
  view.setBigUint64(2, BigInt(context.generation))
  return merkleize4(domain, context.conversation, place, sha256(joinBytes([context.signatureKey, ackKey])))
}

/** Makes the claim of a leaf; the leaf's signature covers it in turn. */
export function claimSlot(slot: number, key: MemberKey, ackKey: Bytes32, context: ClaimContext): SlotClaim {
  return { slot, slotKey: key.key, ackKey, proof: signDigest(key.secret, claimDigest({ slot, ackKey }, context)) }
}

/** Whether the slot's key made the claim for this leaf. That the slot has this key is for the record to say. */
export function isClaimSigned(claim: SlotClaim, context: ClaimContext): boolean {
  return portableVerifier.verifyMember(claim.slotKey, claimDigest(claim, context), claim.proof)
}
