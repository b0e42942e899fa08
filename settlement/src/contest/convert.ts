import type { rollupAbi } from '@parley/contracts'
import type { DataPlace, RescuedRun } from '@parley/protocol'
import { type ContractFunctionArgs, type DecodeEventLogReturnType, hexToBytes } from 'viem'

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
