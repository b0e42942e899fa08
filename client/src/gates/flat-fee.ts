import { flatFeeGateAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'

export interface SetFlatFeeParameters extends GateParameters, WriteParameters {
  /** Wei: 0, or 10^9 to 10^18. */
  readonly fee: bigint
}

/** Sets what invites to the sender cost at a flat-fee gate. @throws {ClientError} `CONTRACT_REFUSED` beyond the bounds. */
export async function setFlatFee(client: L2Client, parameters: SetFlatFeeParameters): Promise<Hash> {
  const { gate, fee } = parameters
  return write(client, { address: gate, abi: flatFeeGateAbi, functionName: 'setFee', args: [fee] }, parameters)
}
