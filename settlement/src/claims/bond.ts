import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import { SettlementError } from '@parley/protocol'
import { encodeFunctionData, hexToBytes } from 'viem'
import type { Connection } from '../reader.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'

/**
 * Sees to it that the sender's account may claim and has the bond that a claim needs.
 * @returns the bond in wei.
 * @throws {SettlementError} `CLAIMER_UNKNOWN`, and what sending throws.
 */
export async function ensureBond(
  { client, contracts }: Connection,
  sender: TransactionSender,
  signal: AbortSignal,
): Promise<bigint> {
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const
  const args = [sender.address] as const
  const allowed = await ask(() => client.readContract({ ...rollup, functionName: 'isClaimer', args }), signal)
  if (!allowed) throw new SettlementError({ code: 'CLAIMER_UNKNOWN', address: hexToBytes(sender.address) })
  const [bond] = await ask(() => client.readContract({ ...rollup, functionName: 'bondOf', args }), signal)
  const missing = contracts.bond - bond
  if (missing <= 0n) return bond
  const data = encodeFunctionData({ abi: rollupAbi, functionName: 'depositBond' })
  await sender.send({ key: `bond:${contracts.bond}`, call: { to: contracts.rollup, data, value: missing } }, signal)
  return contracts.bond
}
