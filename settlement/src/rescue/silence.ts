import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import type { Silence } from '@parley/protocol'
import type { Address, PublicClient } from 'viem'

/** @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export async function readSilence(client: PublicClient, rollup: Address, signal: AbortSignal): Promise<Silence> {
  const call = { address: rollup, abi: rollupAbi, functionName: 'silence' } as const
  const [index, opensAt, open, inRescue, resumesAt] = await ask(() => client.readContract(call), signal)
  return { index, opensAt, open, inRescue, resumesAt }
}
