import { rollupAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import { type OperatingParameters, operate } from './operator.ts'
import type { RollupParameters } from './parameters.ts'

/** What an account has at stake in a rollup. @see docs/spec/settlement.md#bonds */
export interface BondState {
  /** Wei. */
  readonly bond: bigint
  /** Wei that a claim, or a key that signs headers, needs behind it. */
  readonly required: bigint
  /** Number of the last claim that it made; 0 for none. */
  readonly lastClaim: bigint
  /** Second of the L2 from which it may be withdrawn; 0 while no exit has begun. */
  readonly unlocksAt: bigint
  readonly mayClaim: boolean
  /** Key that signs headers and that the bond answers for; the zero address for none. */
  readonly answersFor: Address
}

export interface BondParameters extends RollupParameters {
  readonly account: Address
}

/** Reads what an account has at stake, and what for. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function getBond(client: L2Client, { rollup, account }: BondParameters): Promise<BondState> {
  assertAddress('account', account)
  const contract = { address: rollup, abi: rollupAbi } as const
  const [[bond, lastClaim, unlocksAt], mayClaim, answersFor, { bond: required }] = await Promise.all([
    read(client, { ...contract, functionName: 'bondOf', args: [account] }),
    read(client, { ...contract, functionName: 'isClaimer', args: [account] }),
    read(client, { ...contract, functionName: 'answersFor', args: [account] }),
    read(client, { ...contract, functionName: 'parameters', args: [] }),
  ])
  return { bond, required, lastClaim, unlocksAt, mayClaim, answersFor }
}

export interface DepositBondParameters extends OperatingParameters {
  /** Whose bond it is from then on. */
  readonly owner: Address
  /** Wei. */
  readonly amount: bigint
}

/** Pays into the bond of an account; anybody may. @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_OUT_OF_RANGE`. */
export function depositBond(
  client: L2Client,
  { owner, amount, rollup, ...parameters }: DepositBondParameters,
): Promise<Hash> {
  assertAddress('owner', owner)
  assertWithin('amount', amount, 1n, 2n ** 128n - 1n)
  const call = {
    address: rollup,
    abi: rollupAbi,
    functionName: 'depositBondFor',
    args: [owner],
    value: amount,
  } as const
  return write(client, call, parameters)
}

/**
 * Begins the exit of the account's own bond: it is locked for the evidence period from then on, and counts for nothing.
 * @throws {ClientError} what the contract refuses with, such as a claim of its that is not final; `ACCOUNT_MISSING`.
 */
export function startBondExit(client: L2Client, { rollup, ...parameters }: OperatingParameters): Promise<Hash> {
  return write(client, { address: rollup, abi: rollupAbi, functionName: 'startBondExit', args: [] }, parameters)
}

/** Withdraws the account's own bond after its exit. @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`. */
export function withdrawBond(
  client: L2Client,
  { rollup, recipient, ...parameters }: { readonly recipient: Address } & OperatingParameters,
): Promise<Hash> {
  assertAddress('recipient', recipient)
  return write(client, { address: rollup, abi: rollupAbi, functionName: 'withdrawBond', args: [recipient] }, parameters)
}

/**
 * Lets an account claim, or no longer. The account that says so is the rollup's operator, the governance of the `RollupOperator`
 * that operates it or, to take one away, its agent.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`.
 */
export function setClaimer(
  client: L2Client,
  { claimer, allowed, ...parameters }: { readonly claimer: Address; readonly allowed: boolean } & OperatingParameters,
): Promise<Hash> {
  assertAddress('claimer', claimer)
  return operate(client, 'setClaimer', [claimer, allowed], parameters)
}
