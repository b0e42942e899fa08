import { knownRules, type SealedBlock } from '@parley/protocol'
import { ManualClock } from '@parley/runtime/testing'
import { afterEach, expect, test } from 'vitest'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  endAll,
  eventually,
  type HarnessOptions,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { config, deposit } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 } }
const none = new Uint8Array(20)
const start = Number(config.genesis.timestamp) + 60_000

/** A sequencer under a clock that stands still, with one block. */
async function withBlock() {
  const l2 = new FakeL2(config, signer.address)
  const clock = new ManualClock(start)
  const harness = await startSequencer({ ...quick, l2, clock })
  l2.enqueue(deposit(3))
  const sealed = await sealedAt(harness.url, clock, 1n)
  return { l2, clock, harness, sealed }
}

async function sealedAt(url: string, clock: ManualClock, number: bigint): Promise<SealedBlock> {
  return eventually(`block ${number}`, async () => {
    clock.advance(100)
    return blockAt(url, number)
  })
}

const rules = (from: bigint, number: number) => ({
  from,
  announcedAt: 0n,
  number,
  dataCommittee: none,
  fees: config.fees,
})

test('rules › it stops before the first block under rules that it does not know, and does not start again', async () => {
  const { l2, clock, harness } = await withBlock()
  const from = BigInt(clock.now() + 1_000_000)
  l2.announce(rules(from, knownRules + 1))
  l2.enqueue(deposit(9))
  await sealedAt(harness.url, clock, 2n)
  clock.advance(2_000_000)
  l2.enqueue(deposit(12))
  const unknown = { fault: { code: 'RULES_UNKNOWN', block: 3n, from, rules: knownRules + 1, known: knownRules } }
  await expect(harness.sequencer.failed).rejects.toMatchObject(unknown)
  const disk = survivorOf(harness.disk)
  await harness.end()
  const again = await startSequencer({ ...quick, l2, clock, disk })
  await expect(again.sequencer.failed).rejects.toMatchObject(unknown)
})

test('rules › those withdrawn in time, and those that it knows, stop nothing', async () => {
  const { l2, clock, harness } = await withBlock()
  const from = BigInt(clock.now() + 1_000)
  l2.announce(rules(from, knownRules + 1))
  l2.announce(undefined)
  l2.announce(rules(from, knownRules))
  clock.advance(10_000)
  l2.enqueue(deposit(9))
  const { block } = await sealedAt(harness.url, clock, 2n)
  expect(block.header.timestamp).toBeGreaterThan(from)
})

test('key › it seals up to the block from which another key signs, and ends when what it sealed is claimed', async () => {
  const { l2, clock, harness, sealed } = await withBlock()
  const key = new Uint8Array(20).fill(7)
  l2.schedules({ from: 3n, key, receiptKey: none, bondOwner: none })
  l2.enqueue(deposit(9))
  const last = await sealedAt(harness.url, clock, 2n)
  l2.enqueue(deposit(12))
  l2.claim(sealed.block.header)
  await eventually('what keeps it from opening', async () => {
    clock.advance(1_000)
    const answer = await fetch(`${harness.url}/readyz`)
    return (await answer.text()).includes('another key') || undefined
  })
  expect((await blockAt(harness.url, 2n))?.block.header).toEqual(last.block.header)
  l2.claim(last.block.header)
  await expect(harness.sequencer.failed).rejects.toMatchObject({
    fault: { code: 'KEY_ENDED', block: 3n, from: 3n, expected: key, received: signer.address },
  })
  expect(await blockAt(harness.url, 3n).catch(() => undefined)).toBeUndefined()
})
