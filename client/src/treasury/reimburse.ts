import { treasuryAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { TreasuryParameters } from './parameters.ts'

export interface ReimburseParameters extends TreasuryParameters, WriteParameters {
  /** Who recorded costs, and is paid. */
  readonly operator: Address
}

/**
 * Pays an operator what is due to it and within all bounds; anyone may have it done.
 * @throws {ClientError} `CONTRACT_REFUSED` (`Treasury_NothingDue`), and what every writing action throws.
 */
export async function reimburse(client: L2Client, parameters: ReimburseParameters): Promise<Hash> {
  const { treasury, operator } = parameters
  assertAddress('operator', operator)
  return write(client, { address: treasury, abi: treasuryAbi, functionName: 'reimburse', args: [operator] }, parameters)
}

export interface NameRollupParameters extends TreasuryParameters, WriteParameters {
  /** Rollup that pays this treasury. */
  readonly rollup: Address
}

/**
 * Names the rollup whose claims costs are recorded for. The deployer of the treasury may the first time, a vote later.
 * @throws {ClientError} `CONTRACT_REFUSED` (`Treasury_NotRollup`), and what every writing action throws.
 */
export async function nameRollup(client: L2Client, parameters: NameRollupParameters): Promise<Hash> {
  const { treasury, rollup } = parameters
  assertAddress('rollup', rollup)
  return write(client, { address: treasury, abi: treasuryAbi, functionName: 'setRollup', args: [rollup] }, parameters)
}
