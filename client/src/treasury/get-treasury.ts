import { treasuryAbi } from '@parley/contracts'
import type { Address } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { type CostPart, costParts, type TreasuryParameters } from './parameters.ts'

/** The books of the treasury, in wei: income = reimbursed + spent + balance. */
export interface GetTreasuryReturnType {
  readonly income: bigint
  readonly reimbursed: bigint
  readonly spent: bigint
  readonly balance: bigint
  /** What a vote may spend now. */
  readonly spendable: bigint
  /** Who records costs. */
  readonly operator: Address
  /** What is due to the operator; negative when more was struck than was due. */
  readonly due: bigint
  /** What `reimburse` would pay the operator now. */
  readonly payable: bigint
  /** Rollup whose claims costs are recorded for; 0 while none is named. */
  readonly rollup: Address
  readonly bounds: {
    readonly perRecord: bigint
    readonly perPeriod: bigint
    /** Seconds. */
    readonly period: number
    /** Hundredths of a percent of all income. */
    readonly incomeShare: number
  }
}

/** Reads the books. @throws {ClientError} what every reading action throws. @see docs/spec/economics.md#treasury */
export async function getTreasury(client: L2Client, { treasury }: TreasuryParameters): Promise<GetTreasuryReturnType> {
  const call = { address: treasury, abi: treasuryAbi } as const
  const plain = { ...call, args: [] } as const
  const operator = await read(client, { ...plain, functionName: 'operator' })
  const [income, reimbursed, spent, spendable, due, payable, rollup, bounds] = await Promise.all([
    read(client, { ...plain, functionName: 'income' }),
    read(client, { ...plain, functionName: 'reimbursed' }),
    read(client, { ...plain, functionName: 'spent' }),
    read(client, { ...plain, functionName: 'spendable' }),
    read(client, { ...call, functionName: 'dueTo', args: [operator] }),
    read(client, { ...call, functionName: 'payableTo', args: [operator] }),
    read(client, { ...plain, functionName: 'rollup' }),
    read(client, { ...plain, functionName: 'bounds' }),
  ])
  const balance = income - reimbursed - spent
  return { income, reimbursed, spent, balance, spendable, operator, due, payable, rollup, bounds }
}

export interface GetCostParameters extends TreasuryParameters {
  /** Rollup that the claim is of. */
  readonly rollup: Address
  /** Number of the claim. */
  readonly claim: bigint
  readonly part: CostPart
}

/** Who recorded a part of a claim's cost, and how much; undefined when nobody did, or it was struck. */
export type GetCostReturnType = { readonly operator: Address; readonly amount: bigint } | undefined

/** Reads a recorded cost. @throws {ClientError} what every reading action throws. */
export async function getCost(
  client: L2Client,
  { treasury, rollup, claim, part }: GetCostParameters,
): Promise<GetCostReturnType> {
  assertAddress('rollup', rollup)
  const args = [rollup, claim, costParts.indexOf(part)] as const
  const call = { address: treasury, abi: treasuryAbi, functionName: 'recordOf', args } as const
  const [operator, amount] = await read(client, call)
  return amount === 0n ? undefined : { operator, amount }
}
