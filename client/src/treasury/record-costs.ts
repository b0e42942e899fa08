import { treasuryAbi } from '@parley/contracts'
import type { Hash, Hex } from 'viem'
import { assertBytes, assertWithin } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import { type CostPart, costParts, type TreasuryParameters } from './parameters.ts'

const maxRecords = 32

/** What the operator paid for one part of one final claim. */
export interface Cost {
  /** Number of the claim. */
  readonly claim: bigint
  readonly part: CostPart
  /** Number of the DA layer that was paid; 0 for the claim itself. */
  readonly layer: number
  /** Wei, at most what the treasury's bounds allow a record. */
  readonly amount: bigint
  /** SHA-256 of the layer's pointer, or the hash of the transaction that paid; 32 bytes. */
  readonly evidence: Hex
}

export interface RecordCostsParameters extends TreasuryParameters, WriteParameters {
  /** 1 to 32. */
  readonly costs: readonly Cost[]
}

/**
 * Records what claims cost, for reimbursement. Only the operator may, each part of a final claim once.
 * @throws {ClientError} `CONTRACT_REFUSED` (`Treasury_NotOperator`, `Treasury_ClaimNotFinal`, `Treasury_AlreadyRecorded`,
 * `Treasury_AmountOutOfBounds`), `ARGUMENT_OUT_OF_RANGE`, and what every writing action throws.
 */
export async function recordCosts(client: L2Client, parameters: RecordCostsParameters): Promise<Hash> {
  const { treasury, costs } = parameters
  assertWithin('costs', costs.length, 1, maxRecords)
  for (const [i, { evidence }] of costs.entries()) assertBytes(`costs[${i}].evidence`, evidence, 32, 32)
  const records = costs.map(({ part, ...cost }) => ({ ...cost, part: costParts.indexOf(part) }))
  return write(
    client,
    { address: treasury, abi: treasuryAbi, functionName: 'recordCosts', args: [records] },
    parameters,
  )
}
