import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { ComplianceCase } from './case.ts'
import {
  assertFault,
  assertRejectsWith,
  assertSameBytes,
  assertThere,
  patience,
  sampleBytes,
  withAdapter,
} from './data-availability-checks.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'

/** What happens when the caller gives up or the layer is out of reach. */
export function daInterruptionCases(lease: () => DaHarness, { remote }: DaTraits): readonly ComplianceCase[] {
  return [abortedBefore(lease), ...(remote ? [abortedMeanwhile(lease), unreachable(lease)] : [])]
}

function abortedBefore(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'abort › an aborted signal stops every method at once', async (da, harness) => {
    const before = await harness.publications()
    const { pointer } = await da.submit(sampleBytes('abort', 900), {}, patience())
    const reason = new Error('given up')
    const signal = AbortSignal.abort(reason)
    await assertRejectsWith(da.submit(sampleBytes('never', 900), {}, signal), reason, 'submit')
    await assertRejectsWith(da.retrieve(pointer, signal), reason, 'retrieve')
    await assertRejectsWith(da.status(pointer, signal), reason, 'status')
    await assertRejectsWith(da.audit(pointer, signal), reason, 'audit')
    await assertRejectsWith(da.abandon(new Uint8Array(32), signal), reason, 'abandon')
    await assertRejectsWith(da.quote(900, signal), reason, 'quote')
    assert.equal(await harness.publications(), before + 1)
  })
}

function abortedMeanwhile(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'abort › an abandoned submit can be taken up again', async (da, harness) => {
    const before = await harness.publications()
    const data = sampleBytes('abandoned', 901)
    await harness.stall()
    const controller = new AbortController()
    const reason = new Error('given up meanwhile')
    const abandoned = assertRejectsWith(da.submit(data, {}, controller.signal), reason, 'submit')
    await setImmediate()
    controller.abort(reason)
    await abandoned
    await harness.heal()
    const { pointer } = await da.submit(data, {}, patience())
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'after the abort')
    assert.equal(await harness.publications(), before + 1)
  })
}

function unreachable(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'reach › a layer out of reach is DA_UNAVAILABLE, never missing', async (da, harness) => {
    const data = sampleBytes('reach', 902)
    const { pointer } = await da.submit(data, {}, patience())
    await harness.disconnect()
    await assertFault(da.retrieve(pointer, patience()), 'DA_UNAVAILABLE', 'retrieve')
    await assertFault(da.status(pointer, patience()), 'DA_UNAVAILABLE', 'status')
    await assertFault(da.submit(sampleBytes('beyond reach', 902), {}, patience()), 'DA_UNAVAILABLE', 'submit')
    await harness.heal()
    await assertThere(da, pointer)
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'back in reach')
  })
}
