import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes20, toHex } from '@parley/protocol/light'
import { type Address, bytesToHex, type Hex, hexToBytes, type LocalAccount, recoverTypedDataAddress } from 'viem'

/** Where a service signs: what it says of one deployment counts for no other. */
export interface SigningPlace {
  readonly chainId: bigint
  readonly inbox: Bytes20
}

export type SignedKind = 'Statement' | 'Checkpoint'

const types = {
  Statement: [{ name: 'digest', type: 'bytes32' }],
  Checkpoint: [{ name: 'digest', type: 'bytes32' }],
} as const

/** EIP-712 over the SHA-256 of what is said. @see docs/spec/pds.md#signatures */
function typedOf({ chainId, inbox }: SigningPlace, primaryType: SignedKind, bytes: Uint8Array) {
  return {
    domain: { name: 'Parley PDS', version: '1', chainId, verifyingContract: toHex(inbox) as Address },
    types,
    primaryType,
    message: { digest: bytesToHex(sha256(bytes)) },
  } as const
}

/** What a service said, with its signature of 65 bytes. */
export interface Signed {
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
}

export async function signBytes(
  key: LocalAccount,
  place: SigningPlace,
  kind: SignedKind,
  bytes: Uint8Array,
): Promise<Signed> {
  return { bytes, signature: hexToBytes(await key.signTypedData(typedOf(place, kind, bytes))) }
}

/** Address of the key that signed; undefined where the signature is none. */
export async function signerOf(
  place: SigningPlace,
  kind: SignedKind,
  { bytes, signature }: Signed,
): Promise<Address | undefined> {
  try {
    return await recoverTypedDataAddress({
      ...typedOf(place, kind, bytes),
      signature: bytesToHex(signature) as Hex,
    })
  } catch {
    // Bytes that are no signature of anybody.
    return undefined
  }
}

/** An answer as it is sent: the signature, then what is signed. */
export function encodeSigned({ bytes, signature }: Signed): Uint8Array {
  const all = new Uint8Array(signatureBytes + bytes.length)
  all.set(signature)
  all.set(bytes, signatureBytes)
  return all
}

const signatureBytes = 65

export const decodeSigned = (all: Uint8Array): Signed => ({
  signature: all.slice(0, signatureBytes),
  bytes: all.slice(signatureBytes),
})
