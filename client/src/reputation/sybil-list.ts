import { sybilListsAbi } from '@parley/contracts'
import type { Account, Address, Hash, Hex } from 'viem'
import { assertAddress, assertBytes, assertWithin } from '../l2/assert.ts'
import { accountOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { signTyped } from '../l2/sign-typed.ts'
import { write } from '../l2/write.ts'

const maxEntries = 256

const listTypes = {
  ListUpdate: [
    { name: 'publisher', type: 'address' },
    { name: 'version', type: 'uint64' },
    { name: 'validUntil', type: 'uint64' },
    { name: 'evidence', type: 'bytes32' },
    { name: 'added', type: 'address[]' },
    { name: 'removed', type: 'address[]' },
  ],
} as const

/** A change of the list of accounts that a publisher holds to be sybils. @see docs/spec/economics.md#lists-of-sybils */
export interface ListUpdate {
  readonly publisher: Address
  /** One above the list's version so far. */
  readonly version: bigint
  /** Seconds since 1970 until which the list counts as fresh, at most 90 days ahead. */
  readonly validUntil: bigint
  /** SHA-256 of the publisher's reasons; 0 for none. */
  readonly evidence: Hex
  /** At most 256 together with `removed`. */
  readonly added: readonly Address[]
  readonly removed: readonly Address[]
}

/** What every action on the lists takes. */
export interface ListsParameters {
  /** Address of the contract that holds the lists. */
  readonly lists: Address
}

export interface SignListUpdateParameters extends ListsParameters {
  readonly update: ListUpdate
  /** The publisher; the client's account when left out. */
  readonly account?: Account | Address
}

/** Signs a change of a list, for anyone to send. @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_INVALID`. */
export async function signListUpdate(client: L2Client, parameters: SignListUpdateParameters): Promise<Hex> {
  const { lists, update } = parameters
  assertUpdate(update)
  const account = accountOf(client, parameters.account)
  const contract = { name: 'Parley SybilLists', contract: lists }
  return signTyped(client, account, { ...contract, types: listTypes, primaryType: 'ListUpdate', message: update })
}

export interface UpdateListParameters extends ListsParameters, WriteParameters {
  readonly update: ListUpdate
  /** Of `signListUpdate`; the publisher itself needs none. */
  readonly signature?: Hex
}

/**
 * Changes a publisher's list, or renews its validity.
 * @throws {ClientError} `CONTRACT_REFUSED` (`SybilLists_VersionMismatch`, `SybilLists_SignatureInvalid`,
 * `SybilLists_ValidityOutOfBounds`), and what every writing action throws.
 */
export async function updateList(client: L2Client, parameters: UpdateListParameters): Promise<Hash> {
  const { lists, update, signature = '0x' } = parameters
  assertUpdate(update)
  const call = { address: lists, abi: sybilListsAbi } as const
  return write(client, { ...call, functionName: 'update', args: [update, signature] }, parameters)
}

function assertUpdate({ publisher, evidence, added, removed }: ListUpdate): void {
  assertAddress('publisher', publisher)
  assertBytes('evidence', evidence, 32, 32)
  assertWithin('added', added.length + removed.length, 0, maxEntries)
  for (const [i, each] of [...added, ...removed].entries()) assertAddress(`added and removed[${i}]`, each)
}

export interface LookParameters extends ListsParameters {
  readonly publisher: Address
  readonly holder: Address
}

export interface LookReturnType {
  /** Whether the list is in force now. */
  readonly fresh: boolean
  readonly listed: boolean
}

/** Whether a publisher's list names an account. @throws {ClientError} what every reading action throws. */
export async function look(client: L2Client, parameters: LookParameters): Promise<LookReturnType> {
  const { lists, publisher, holder } = parameters
  assertAddress('publisher', publisher)
  assertAddress('holder', holder)
  const args = [publisher, holder] as const
  const [fresh, listed] = await read(client, { address: lists, abi: sybilListsAbi, functionName: 'look', args })
  return { fresh, listed }
}
