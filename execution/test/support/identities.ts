import { createHash } from 'node:crypto'
import { addressOf, type MemberKey } from '@parley/protocol'
import secp256k1 from 'secp256k1'
import { createNativeSigner } from '../../src/index.ts'

export const signer = createNativeSigner()

/** 32 bytes that follow from a label. */
export function digestOf(label: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(label).digest())
}

export interface Owner {
  readonly secret: Uint8Array
  readonly address: Uint8Array
}

export const members: readonly MemberKey[] = Array.from({ length: 24 }, (_, i) =>
  signer.memberKey(digestOf(`member ${i}`)),
)

export const owners: readonly Owner[] = Array.from({ length: 6 }, (_, i) => {
  const secret = digestOf(`owner ${i}`)
  return { secret, address: addressOf(secp256k1.publicKeyCreate(secret, false)) }
})

const secretOfKey = new Map(members.map(({ key, secret }) => [Buffer.from(key).toString('hex'), secret]))
const secretOfOwner = new Map(owners.map(({ address, secret }) => [Buffer.from(address).toString('hex'), secret]))

const anybody = digestOf('anybody')

/** Secret behind a member's key; a stranger's for keys nobody here holds. */
export const secretOf = (key: Uint8Array): Uint8Array => secretOfKey.get(Buffer.from(key).toString('hex')) ?? anybody

/** Secret behind an owner's address. */
export const ownerSecretOf = (address: Uint8Array): Uint8Array =>
  secretOfOwner.get(Buffer.from(address).toString('hex')) ?? anybody
