import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import type { RulesVersion, Schedule, SequencerKey } from '@parley/protocol'
import { type Address, type ContractFunctionReturnType, hexToBytes, type PublicClient } from 'viem'

type AbiKey = ContractFunctionReturnType<typeof rollupAbi, 'view', 'sequencers'>[number]
type AbiVersion = ContractFunctionReturnType<typeof rollupAbi, 'view', 'versions'>[number]

export function keyFromAbi({ from, key, receiptKey, bondOwner }: AbiKey): SequencerKey {
  return { from, key: hexToBytes(key), receiptKey: hexToBytes(receiptKey), bondOwner: hexToBytes(bondOwner) }
}

export function versionFromAbi({ from, announcedAt, rules }: AbiVersion): RulesVersion {
  const { number, dataCommittee, fees } = rules
  return { from, announcedAt, number, dataCommittee: hexToBytes(dataCommittee), fees }
}

/** @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export async function readSchedule(client: PublicClient, rollup: Address, signal: AbortSignal): Promise<Schedule> {
  const contract = { address: rollup, abi: rollupAbi } as const
  const [keys, rules] = await Promise.all([
    ask(() => client.readContract({ ...contract, functionName: 'sequencers' }), signal),
    ask(() => client.readContract({ ...contract, functionName: 'versions' }), signal),
  ])
  return { keys: keys.map(keyFromAbi), rules: rules.map(versionFromAbi) }
}
