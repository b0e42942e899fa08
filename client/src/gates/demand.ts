import { demandGateAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'

/** How the fee of an inbox follows its own demand. @see docs/spec/invites.md#gates */
export interface DemandCurve {
  /** Wei; 10^9 to `maxFee`. */
  readonly minFee: bigint
  /** Wei; at most 10^18 and 2^24 times `minFee`. */
  readonly maxFee: bigint
  /** Invites a period that leave the fee alone; 1 to 10^6. */
  readonly target: number
  /** Seconds, 1 to 30 days. */
  readonly period: number
  /** Invites beyond the target that multiply the fee by e; 1 to 10^6. */
  readonly fraction: number
}

export interface SetDemandCurveParameters extends GateParameters, WriteParameters {
  /** The sender's own curve; undefined to follow the common one again. */
  readonly curve: DemandCurve | undefined
}

/** Sets the curve of the sender's inbox at a demand gate. @throws {ClientError} `CONTRACT_REFUSED` beyond the bounds. */
export async function setDemandCurve(client: L2Client, parameters: SetDemandCurveParameters): Promise<Hash> {
  const { gate, curve } = parameters
  const call = { address: gate, abi: demandGateAbi } as const
  if (curve === undefined) return write(client, { ...call, functionName: 'clearCurve', args: [] }, parameters)
  return write(client, { ...call, functionName: 'setCurve', args: [curve] }, parameters)
}

export interface GetDemandCurveParameters extends GateParameters {
  readonly recipient: Address
}

export type GetDemandCurveReturnType = DemandCurve

/** The curve in force for an inbox. @throws {ClientError} what every reading action throws. */
export async function getDemandCurve(
  client: L2Client,
  { gate, recipient }: GetDemandCurveParameters,
): Promise<GetDemandCurveReturnType> {
  assertAddress('recipient', recipient)
  return read(client, { address: gate, abi: demandGateAbi, functionName: 'curveOf', args: [recipient] })
}
