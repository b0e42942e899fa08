import type { TakenTransaction } from '@parley/da-adapters/testing'
import { l1Head, minedSince } from '../stage/l1-transactions.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'
import { gwei, strand } from './stranded.ts'

const policy = 'ethereum-blobs:celestia'
const spikeBlocks = 20

/** Transactions that took the place of another one, with the one before. */
function replacements(taken: readonly TakenTransaction[]): readonly (readonly [TakenTransaction, TakenTransaction])[] {
  const last = new Map<number, TakenTransaction>()
  return taken.flatMap((one) => {
    const before = last.get(one.nonce)
    last.set(one.nonce, one)
    return before === undefined || before.hash === one.hash ? [] : [[before, one] as const]
  })
}

function isDoubled(before: TakenTransaction, after: TakenTransaction, times: bigint): boolean {
  const fields = ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const
  return fields.every((field) => after[field] >= times * before[field])
}

/** Waits until the L1 has so many more blocks. */
async function blocksLater(stage: Stage, blocks: number): Promise<void> {
  const from = await l1Head(stage)
  await stage.wait(`${blocks} blocks of the L1`, async () =>
    (await l1Head(stage)) >= from + blocks ? true : undefined,
  )
}

const blobFeeSpike: DaDrill = {
  name: 'blob-fee-spike',
  byDefault: true,
  policy,
  fault: 'blobs cost a hundred gwei for 20 blocks, under the limit',
  expected:
    'only the lowest nonce is replaced, each time for twice as much at least, and mined; no other layer is used',
  async play(stage) {
    const { pool } = stage.fronts
    const from = pool.taken.length
    const claim = stage.latestClaim()
    await strand(stage, 100n * gwei)
    await blocksLater(stage, spikeBlocks)
    await pool.reset()
    const replaced = replacements(pool.taken.slice(from))
    const others = replaced.filter(([, { nonce, mined }]) => nonce !== mined)
    const cheap = replaced.filter(([before, after]) => !isDoubled(before, after, 2n))
    const elsewhere = stage.claimsAfter(claim).filter(({ claim: { core } }) => core.layer !== 1)
    return {
      hits: replaced.length,
      detail: `${replaced.length} transactions replaced in ${spikeBlocks} blocks`,
      failures: [
        ...unless(others.length === 0, `${others.length} transactions were replaced that were not the lowest`),
        ...unless(cheap.length === 0, `${cheap.length} replacements offered less than twice as much`),
        ...unless(elsewhere.length === 0, `${elsewhere.length} claims are on another layer`),
      ],
    }
  },
}

const blobFeeOverCap: DaDrill = {
  name: 'blob-fee-over-cap',
  byDefault: true,
  policy,
  fault: 'blobs cost twice what the limit allows, for longer than the batcher is patient',
  expected: 'what waits is cancelled by an empty blob, parts go to Celestia, and to blobs again once they are cheap',
  async play(stage) {
    const from = await l1Head(stage)
    const waiting = await strand(stage, 2_000n * gwei)
    await stage.claimOn('celestia', stage.latestClaim())
    await stage.fronts.pool.reset()
    await stage.claimOn('ethereum-blobs', stage.latestClaim())
    const mined = await minedSince(stage, from)
    const cancelled = mined.filter(({ carries }) => carries === 'nothing')
    const ended = waiting.every(({ nonce }) => mined.some((one) => one.nonce === nonce))
    return {
      hits: cancelled.length,
      detail: `${waiting.length} transactions waited, ${cancelled.length} cancelled`,
      failures: unless(ended, 'a nonce that waited was never used'),
    }
  },
}

const bump = 300n

const replacementUnderpriced: DaDrill = {
  name: 'replacement-underpriced',
  byDefault: true,
  policy,
  fault: 'the pool takes a replacement for four times as much only, while blobs become dear',
  expected: 'what is refused is offered for more until it is taken, and included once',
  async play(stage) {
    const { pool } = stage.fronts
    const [from, refused] = [pool.taken.length, pool.refusals.length]
    const underpriced = (): number =>
      pool.refusals.slice(refused).filter((words) => words.includes('replacement transaction underpriced')).length
    pool.setPriceBump(bump)
    await strand(stage, 10n * gwei)
    const taken = await stage.wait('a replacement that the pool takes after one that it refused', () => {
      const found = replacements(pool.taken.slice(from))
      return underpriced() > 0 && found.length > 0 ? found : undefined
    })
    await pool.reset()
    const cheap = taken.filter(([before, after]) => !isDoubled(before, after, 4n))
    return {
      hits: underpriced(),
      detail: `${underpriced()} replacements refused, ${taken.length} taken`,
      failures: unless(cheap.length === 0, `${cheap.length} were taken for less than four times as much`),
    }
  },
}

export const feeDrills: readonly DaDrill[] = [blobFeeSpike, blobFeeOverCap, replacementUnderpriced]
