import './hasher.ts'
import { ByteVectorType, UintBigintType, UintNumberType } from '@chainsafe/ssz'

/** 32 bytes: a digest, a root or the x coordinate of a key. */
export type Bytes32 = Uint8Array
/** 20 bytes: an address on the L2. */
export type Bytes20 = Uint8Array
/** 64 bytes: an ECDSA signature, r ‖ s, both big-endian. */
export type Signature = Uint8Array

export const Bytes20Type = new ByteVectorType(20)
export const Bytes32Type = new ByteVectorType(32)
export const SignatureType = new ByteVectorType(64)
export const Uint8Type = new UintNumberType(1)
export const Uint16Type = new UintNumberType(2)
export const Uint32Type = new UintNumberType(4)
/** Every uint64 is a bigint: a JavaScript number would round what a stranger sends. */
export const Uint64Type = new UintBigintType(8)
