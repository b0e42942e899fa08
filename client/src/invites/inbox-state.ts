import { publicInboxAbi } from '@parley/contracts'
import type { Address, Hash, Hex } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import type { InboxParameters } from './parameters.ts'

export interface GetInboxParameters extends InboxParameters {
  readonly recipient: Address
  /** Block whose state is read; the latest when left out. */
  readonly blockHash?: Hash
}

/** How one inbox stands. */
export interface GetInboxReturnType {
  /** Gate in force, the default one included. */
  readonly gate: Address
  /** Invites delivered so far. */
  readonly count: bigint
  /** Commits to all of them in order; 0 before the first. */
  readonly head: Hex
}

/** How an inbox stands: what invites told by others are held against. @throws {ClientError} what every reading action throws. */
export async function getInbox(client: L2Client, parameters: GetInboxParameters): Promise<GetInboxReturnType> {
  const { inbox, recipient, blockHash } = parameters
  assertAddress('recipient', recipient)
  const at = blockHash === undefined ? {} : { blockHash }
  const call = { address: inbox, abi: publicInboxAbi, ...at } as const
  return read(client, { ...call, functionName: 'inboxOf', args: [recipient] })
}

export interface SetGateParameters extends InboxParameters, WriteParameters {
  /** Address of the gate; 0 for the default one. */
  readonly gate: Address
}

/** Sets the gate of the sender's inbox. @throws {ClientError} `GATE_INVALID`, and what every writing action throws. */
export async function setGate(client: L2Client, parameters: SetGateParameters): Promise<Hash> {
  const { inbox, gate } = parameters
  assertAddress('gate', gate)
  return write(client, { address: inbox, abi: publicInboxAbi, functionName: 'setGate', args: [gate] }, parameters)
}
