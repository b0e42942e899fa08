import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { ComplianceCase } from './case.ts'
import { assertSameBytes, assertThere, patience, sampleBytes, withAdapter } from './data-availability-checks.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'

const digestOf = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest())

/** What is given up, and what dies half-way. */
export function daEndingCases(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  return [neverSubmitted(lease), published(lease), ...(traits.remote ? [underWay(lease, traits)] : []), crashes(lease)]
}

function neverSubmitted(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'abandon › what was never submitted has ended already', async (da, harness) => {
    const before = await harness.publications()
    const data = sampleBytes('never submitted', 700)
    const { receipt, overhead } = await da.abandon(digestOf(data), patience())
    assert.equal(receipt, undefined)
    assert.equal(overhead.amount, 0n)
    assert.equal(await harness.publications(), before)
    const { pointer } = await da.submit(data, {}, patience())
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'submitted afterwards')
  })
}

function published(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'abandon › what was published gives its receipt', async (da, harness) => {
    const data = sampleBytes('published before', 701)
    const submitted = await da.submit(data, {}, patience())
    const count = await harness.publications()
    const { receipt } = await da.abandon(digestOf(data), patience())
    assert.deepEqual(receipt, submitted)
    await assertThere(da, submitted.pointer)
    assert.equal(await harness.publications(), count)
  })
}

function underWay(lease: () => DaHarness, { chain }: DaTraits): ComplianceCase {
  return withAdapter(lease, 'abandon › ends with a receipt, or never lands', async (da, harness) => {
    const before = await harness.publications()
    const data = sampleBytes('under way', 702)
    await harness.stall()
    const submitted = da.submit(data, {}, patience()).catch(() => undefined)
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    const ending = da.abandon(digestOf(data), patience())
    // Whatever it rejects with is seen below.
    ending.catch(() => undefined)
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    await harness.heal()
    const { receipt } = await ending
    await submitted
    if (receipt === undefined && chain) assert.equal(await harness.publications(), before, 'it landed all the same')
    const again = await da.submit(data, {}, patience())
    if (receipt !== undefined) assert.deepEqual(again, receipt)
    assertSameBytes(await da.retrieve(again.pointer, patience()), data, 'submitted afterwards')
    if (chain) assert.equal(await harness.publications(), before + 1)
  })
}

/**
 * Turns of the event loop after which the adapter is closed: before it stores, while it sends, while it waits. How far it comes in
 * them the machine decides, so the last waits for the end.
 */
const afterAll = Number.POSITIVE_INFINITY
const moments = [0, 2, 8, 40, 200, afterAll]

function crashes(lease: () => DaHarness): ComplianceCase {
  const name = 'crash › closing at any moment leaves one publication of each'
  const run = async (): Promise<void> => {
    const harness = lease()
    const before = await harness.publications()
    for (const turns of moments) {
      const data = sampleBytes(`closed after ${turns} turns`, 703)
      const dying = await harness.open()
      const submitted = dying.submit(data, {}, patience()).catch(() => undefined)
      if (turns === afterAll) await submitted
      else for (let turn = 0; turn < turns; turn++) await setImmediate()
      await dying.close()
      await submitted
      const da = await harness.open()
      try {
        const { pointer } = await da.submit(data, {}, patience())
        assertSameBytes(await da.retrieve(pointer, patience()), data, `closed after ${turns} turns`)
      } finally {
        await da.close()
      }
    }
    assert.equal(await harness.publications(), before + moments.length)
  }
  return { name, run }
}
