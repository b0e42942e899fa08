import assert from 'node:assert/strict'
import type { ComplianceCase } from './case.ts'
import {
  assertFault,
  assertSameBytes,
  assertThere,
  patience,
  sampleBytes,
  withAdapter,
} from './data-availability-checks.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'

/** For how long what was published is there, and who may publish from a store. */
export function daLastingCases(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  const { stored = false, loses = false, ages = false } = traits
  return [
    ...(stored ? [oneProcess(lease)] : []),
    ...(loses ? [lostForGood(lease)] : []),
    ...(ages ? [retention(lease)] : []),
  ]
}

function oneProcess(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'store › of two processes on one the second refuses', async (da, harness) => {
    const before = await harness.publications()
    const second = await harness.open().catch(() => undefined)
    await second?.close()
    assert.equal(second, undefined, 'a second adapter was opened on the store')
    const data = sampleBytes('one process', 710)
    const { pointer } = await da.submit(data, {}, patience())
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'of the first one')
    assert.equal(await harness.publications(), before + 1)
  })
}

function lostForGood(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'status › lost for good, then submit gives a new pointer', async (da, harness) => {
    assert.ok(harness.lose !== undefined, 'the harness loses nothing')
    const data = sampleBytes('lost for good', 711)
    const first = await da.submit(data, {}, patience())
    await harness.lose(first.pointer)
    assert.equal(await da.status(first.pointer, patience()), 'lost')
    const second = await da.submit(data, {}, patience())
    assert.notEqual(Buffer.compare(second.pointer, first.pointer), 0, 'the pointer of what is lost was given again')
    await assertThere(da, second.pointer)
    assertSameBytes(await da.retrieve(second.pointer, patience()), data, 'published anew')
    assert.deepEqual(await da.submit(data, {}, patience()), second)
    const other = sampleBytes('after the loss', 712)
    assertSameBytes(await da.retrieve((await da.submit(other, {}, patience())).pointer, patience()), other, 'others')
  })
}

/** Seconds before the end at which it must still be there: publishing takes some, too. */
const margin = 60

function retention(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'limits › the retention that is told is kept', async (da, harness) => {
    assert.ok(harness.pass !== undefined, 'no time passes in the harness')
    const { retentionSeconds } = da.limits()
    const data = sampleBytes('retention', 713)
    const { pointer } = await da.submit(data, {}, patience())
    await harness.pass(retentionSeconds - margin)
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'before its end')
    await harness.pass(retentionSeconds)
    await assertFault(da.retrieve(pointer, patience()), 'DA_PRUNED', 'long after its end')
  })
}
