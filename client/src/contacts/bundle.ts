import { contactDirectoryAbi } from '@parley/contracts'
import { type Address, type ContractFunctionReturnType, hexToString } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import type { DirectoryParameters } from './parameters.ts'

type RawBundle = ContractFunctionReturnType<typeof contactDirectoryAbi, 'view', 'bundle'>

/** Kinds of entries in the order of the contract's enumeration. */
const entryKinds = ['delegate', 'installationKey', 'fallbackKey', 'service'] as const

export interface ContactEntry {
  readonly kind: (typeof entryKinds)[number]
  /** Name of the attribute, or type of the delegate. */
  readonly name: string
  /** The key, the service's text in UTF-8, or the delegate's address. */
  readonly value: `0x${string}`
  /** Seconds since 1970 after which it no longer counts. */
  readonly validTo: bigint
  /** Gives the entry its fragment: `#service-<number>` for services, `#delegate-<number>` for the others. */
  readonly number: number
}

export interface ContactPointer {
  /** SHA-256 of what is pointed to. */
  readonly digest: `0x${string}`
  /** Seconds since 1970 after which it no longer counts. */
  readonly validTo: bigint
}

/** All that is in force for an identity. */
export interface ContactBundle {
  readonly identity: Address
  /** Undefined once the identity was deactivated. */
  readonly owner: Address | undefined
  /** Seconds since 1970; undefined when the identity is not registered. */
  readonly registeredAt: bigint | undefined
  /** L2 block of the latest change; undefined when there is none. */
  readonly changedAt: bigint | undefined
  readonly deactivated: boolean
  readonly keyPackages: ContactPointer | undefined
  readonly preferences: ContactPointer | undefined
  /** In order of their numbers. */
  readonly entries: readonly ContactEntry[]
}

export interface GetBundleParameters extends DirectoryParameters {
  readonly identity: Address
}

export type GetBundleReturnType = ContactBundle

/**
 * Reads an identity's bundle, in one call. One that nobody registered has an empty bundle and itself as owner.
 * @throws {ClientError} `ARGUMENT_INVALID`, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function getBundle(client: L2Client, parameters: GetBundleParameters): Promise<GetBundleReturnType> {
  const { directory, identity } = parameters
  assertAddress('identity', identity)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  return bundleOf(identity, await read(client, { ...call, functionName: 'bundle', args: [identity] }))
}

const unlessZero = (value: bigint): bigint | undefined => (value === 0n ? undefined : value)
const pointerOf = (pointer: ContactPointer): ContactPointer | undefined =>
  pointer.validTo === 0n ? undefined : pointer

function bundleOf(identity: Address, raw: RawBundle): ContactBundle {
  const entries = raw.entries.map(({ kind, name, ...entry }) => ({
    ...entry,
    kind: entryKinds[kind] as ContactEntry['kind'],
    name: hexToString(name, { size: 32 }),
  }))
  return {
    identity,
    owner: BigInt(raw.owner) === 0n ? undefined : raw.owner,
    registeredAt: unlessZero(raw.registeredAt),
    changedAt: unlessZero(raw.changedAt),
    deactivated: raw.deactivated,
    keyPackages: pointerOf(raw.keyPackages),
    preferences: pointerOf(raw.preferences),
    entries: entries.sort((a, b) => a.number - b.number),
  }
}
