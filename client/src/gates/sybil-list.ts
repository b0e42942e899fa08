import { sybilListGateAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'

const maxPublishers = 8
/** In the order of the contract's enumeration. */
const reactions = ['pass', 'charge', 'refuse'] as const

export type ListReaction = (typeof reactions)[number]

export interface SetListPolicyParameters extends GateParameters, WriteParameters {
  /** Whose lists the sender's inbox follows; 1 to 8. */
  readonly publishers: readonly Address[]
  /** For whom a list names. */
  readonly onListed: Exclude<ListReaction, 'pass'>
  /** When a list is missing, withdrawn or not fresh. */
  readonly onStale: ListReaction
  /** Wei asked for where the reaction is to charge: 10^9 to 10^18, or 0 where none is. */
  readonly surcharge: bigint
}

/** Sets whose lists of sybils the sender's inbox follows, and how. @throws {ClientError} `CONTRACT_REFUSED` beyond the bounds. */
export async function setListPolicy(client: L2Client, parameters: SetListPolicyParameters): Promise<Hash> {
  const { gate, publishers, onListed, onStale, surcharge } = parameters
  assertWithin('publishers', publishers.length, 1, maxPublishers)
  for (const [i, each] of publishers.entries()) assertAddress(`publishers[${i}]`, each)
  const policy = {
    onListed: reactions.indexOf(onListed),
    onStale: reactions.indexOf(onStale),
    surcharge,
    publishers,
  }
  return write(client, { address: gate, abi: sybilListGateAbi, functionName: 'setPolicy', args: [policy] }, parameters)
}
