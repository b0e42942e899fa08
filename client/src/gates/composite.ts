import { compositeGateAbi } from '@parley/contracts'
import { type Address, encodeAbiParameters, type Hash, type Hex } from 'viem'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'

const maxGates = 8
/** In the order of the contract's enumeration. */
const modes = ['any', 'all'] as const

export interface SetGatesParameters extends GateParameters, WriteParameters {
  /** `any`: the first that admits decides. `all`: all must, and their fees add up. */
  readonly mode: (typeof modes)[number]
  /** 1 to 8 gates, in order. */
  readonly gates: readonly Address[]
}

/** Joins gates for the sender's inbox at a composite gate. @throws {ClientError} what every writing action throws. */
export async function setGates(client: L2Client, parameters: SetGatesParameters): Promise<Hash> {
  const { gate, mode, gates } = parameters
  assertWithin('gates', gates.length, 1, maxGates)
  for (const [i, each] of gates.entries()) assertAddress(`gates[${i}]`, each)
  const args = [modes.indexOf(mode), gates] as const
  return write(client, { address: gate, abi: compositeGateAbi, functionName: 'setGates', args }, parameters)
}

/** Joins what each gate asks for, in their order, into `gateData`. */
export const compositeData = (data: readonly Hex[]): Hex => encodeAbiParameters([{ type: 'bytes[]' }], [data])
