import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import { SettlementError, sequencerAt } from '@parley/protocol'
import type { TransactionSender } from '@parley/transactions'
import { type Address, bytesToHex, encodeFunctionData, hexToBytes } from 'viem'
import type { Connection } from '../reader.ts'
import { readSchedule } from '../schedule.ts'

/**
 * Sees to it that the sender's account may claim and has the bond that a claim needs, and that the bond behind the
 * sequencer's key is full, which is for its owner to fill.
 * @returns the sender's bond in wei.
 * @throws {SettlementError} `CLAIMER_UNKNOWN`, `BOND_MISSING`, and what sending throws.
 */
export async function ensureBond(
  connection: Connection,
  sender: TransactionSender,
  signal: AbortSignal,
): Promise<bigint> {
  const { client, contracts } = connection
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const
  const args = [sender.address] as const
  const allowed = await ask(() => client.readContract({ ...rollup, functionName: 'isClaimer', args }), signal)
  if (!allowed) throw new SettlementError({ code: 'CLAIMER_UNKNOWN', address: hexToBytes(sender.address) })
  await assertBondOfKey(connection, signal)
  return fillBond(connection, sender, contracts.bond, signal)
}

/**
 * Brings the sender's bond to `required` wei.
 * @returns the bond in wei. @throws what sending throws.
 */
export async function fillBond(
  connection: Connection,
  sender: TransactionSender,
  required: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const bond = await bondOf(connection, sender.address, signal)
  const missing = required - bond
  if (missing <= 0n) return bond
  const { rollup } = connection.contracts
  const data = encodeFunctionData({ abi: rollupAbi, functionName: 'depositBondFor', args: [sender.address] })
  await sender.send({ key: `bond:${required}`, call: { to: rollup, data, value: missing } }, signal)
  return required
}

async function assertBondOfKey(connection: Connection, signal: AbortSignal): Promise<void> {
  const { client, contracts } = connection
  const { keys } = await readSchedule(client, contracts.rollup, signal)
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const
  const { blockNumber } = await ask(() => client.readContract({ ...rollup, functionName: 'head' }), signal)
  const { bondOwner } = sequencerAt(keys, blockNumber + 1n)
  const bond = await bondOf(connection, bytesToHex(bondOwner), signal)
  const required = contracts.bond
  if (bond < required) throw new SettlementError({ code: 'BOND_MISSING', address: bondOwner, bond, required })
}

/** Wei that an account has at stake. */
export async function bondOf(
  { client, contracts }: Connection,
  account: Address,
  signal: AbortSignal,
): Promise<bigint> {
  const call = { address: contracts.rollup, abi: rollupAbi, functionName: 'bondOf', args: [account] } as const
  const [bond] = await ask(() => client.readContract(call), signal)
  return bond
}
