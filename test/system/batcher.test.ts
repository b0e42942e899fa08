import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  node = await rollup.startNode()
}, 360_000)
afterAll(() => rollup?.stop())

/** First and last block of every claim, as the node verified them. */
async function claimedRanges(): Promise<[bigint, bigint][]> {
  const { claim } = (await node.part.status()).finality.verified
  const ranges: [bigint, bigint][] = []
  let first = 1n
  for (let number = 1n; number <= claim; number += 1n) {
    const { record } = await node.part.reads.claim(number)
    ranges.push([first, record.claim.lastHeader.number])
    first = record.claim.lastHeader.number + 1n
  }
  return ranges
}

describe('batcher on a real L2', () => {
  test('restart › over and over while messages come, every block is claimed once, in order', async () => {
    for (let round = 0; round < 4; round += 1) {
      const batcher = await rollup.startBatcher({ maxBlocks: 1 + round, maxAgeMs: 50 })
      const { claim } = batcher.part.status()
      await rollup.say(ann, 40)
      await rollup.sealedRoot()
      // Ended in the middle of whatever it does with what was just sealed.
      await until(() => batcher.part.status().pendingBlocks > 0 || batcher.part.status().claim !== claim)
      await batcher.stop()
      expect(await batcher.ended).toBeUndefined()
    }
    const last = await rollup.startBatcher()
    const { number, stateRoot } = await rollup.sealedRoot()
    const status = await untilStatus(node.part, `block ${number}`, ({ block }) => block === number)
    expect(status.stateRoot).toEqual(new Uint8Array(stateRoot))
    for (const [first, lastBlock] of await claimedRanges()) expect(lastBlock).toBeGreaterThanOrEqual(first)
    // Each batch has two parts, and nothing was published that is not claimed.
    expect(await rollup.published()).toHaveLength(2 * Number(status.finality.verified.claim))
    await last.stop()
  })

  test('finality › claims are made final when their window is over', async () => {
    const batcher = await rollup.startBatcher({ watchEveryMs: 200 })
    const { number } = await rollup.sealedRoot()
    await untilStatus(node.part, 'finality', ({ finality }) => finality.final.block === number)
    const reader = await rollup.reader()
    expect((await reader.head(forever)).lastHeader.number).toBe(number)
    await batcher.stop()
  })
})
