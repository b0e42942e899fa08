import { describe, expect, test } from 'vitest'
import type { L1, L1BlobBlock } from '../src/ethereum-blobs/l1.ts'
import { createBlobTips } from '../src/ethereum-blobs/tips.ts'
import { silentLog } from './support/silent-log.ts'

const gwei = 1_000_000_000n
const signal = new AbortController().signal

const block = (number: bigint, tips: readonly bigint[] = [], branch = 'a'): L1BlobBlock => ({
  number,
  hash: `0x${branch.repeat(8)}${number}`,
  timestamp: number,
  baseFeePerGas: 10n * gwei,
  parentBeaconBlockRoot: undefined,
  blobTransactions: tips.map((tip) => ({
    versionedHashes: [],
    maxFeePerGas: 12n * gwei,
    maxPriorityFeePerGas: tip,
  })),
})

/** An L1 whose blocks are asked for one by one; what is thrown is told of that block. */
function tipsOver(at: (number: bigint) => L1BlobBlock | undefined) {
  const asked: bigint[] = []
  const l1: Pick<L1, 'blobBlock'> = {
    async blobBlock(number) {
      asked.push(number)
      return at(number)
    },
  }
  return { tips: createBlobTips(l1 as L1, silentLog, { blocks: 20, percentile: 60 }), asked }
}

describe('tips', () => {
  test('follow blob transactions of the last blocks, not a node’s suggestion', async () => {
    const { tips } = tipsOver((number) => block(number, number > 95n ? [1n * gwei, 2n * gwei] : []))
    expect(await tips.at(block(100n), signal)).toBe(2n * gwei)
  })

  test('count what is left over the base fee, where less than the tip is', async () => {
    const { tips } = tipsOver((number) => block(number, [50n * gwei]))
    expect(await tips.at(block(100n), signal)).toBe(2n * gwei)
  })

  test('are 0 when there were no blob transactions, so that the floor counts', async () => {
    expect(await tipsOver((number) => block(number)).tips.at(block(100n), signal)).toBe(0n)
  })

  test('are asked for once a block', async () => {
    const { tips, asked } = tipsOver((number) => block(number, [gwei]))
    await tips.at(block(100n), signal)
    expect(asked).toHaveLength(20)
    await tips.at(block(100n), signal)
    await tips.at(block(102n), signal)
    expect(asked.slice(20)).toEqual([101n, 102n])
  })

  test('of another branch at the same height are asked for anew', async () => {
    const { tips, asked } = tipsOver((number) => block(number, [gwei]))
    await tips.at(block(5n), signal)
    await tips.at(block(5n, [], 'b'), signal)
    expect(asked).toHaveLength(12)
  })

  test('a node that does not give whole blocks › holds nothing up', async () => {
    const { tips } = tipsOver(() => {
      throw new Error('refused')
    })
    expect(await tips.at(block(100n), signal)).toBe(0n)
  })
})
