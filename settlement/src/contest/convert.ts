import type { rollupAbi } from '@parley/contracts'
import type { DataPlace, RescuedRun } from '@parley/protocol'
import { bytesToHex, type ContractFunctionArgs, type DecodeEventLogReturnType, hexToBytes } from 'viem'

/** What became of what was asked for at a place, as the contract numbers it. */
export const ChallengeState = { open: 1, answered: 2, expired: 3, refunded: 4 } as const

/** A place as viem reads and writes it. */
export type AbiPlace = ContractFunctionArgs<typeof rollupAbi, 'payable', 'challengeData'>[2][number]
type AbiRuns = DecodeEventLogReturnType<typeof rollupAbi, 'Rescued'>['args']['runs']

export const placeFromAbi = ({ part, block_, page }: AbiPlace): DataPlace => ({ part, block: block_, page })
export const placeToAbi = ({ part, block, page }: DataPlace): AbiPlace => ({ part, block_: block, page })

export function runsFromAbi(runs: AbiRuns): RescuedRun[] {
  return runs.map(({ shard, items }) => ({
    shard,
    items: items.map(({ preRoot, item, postRoot }) => ({
      preRoot: hexToBytes(preRoot),
      item,
      postRoot: hexToBytes(postRoot),
    })),
  }))
}

export function runsToAbi(runs: readonly RescuedRun[]): AbiRuns {
  return runs.map(({ shard, items }) => ({
    shard,
    items: items.map(({ preRoot, item, postRoot }) => ({
      preRoot: bytesToHex(preRoot),
      item,
      postRoot: bytesToHex(postRoot),
    })),
  }))
}
