import assert from 'node:assert/strict'
import { DaError, type DaFault } from '../interfaces/da-faults.ts'
import type { ComplianceCase } from './case.ts'
import { assertSameBytes, assertThere, patience, sampleBytes, withAdapter } from './data-availability-checks.ts'
import type { BadAnswer, DaHarness, DaTraits } from './data-availability-harness.ts'

/** What each bad answer may be called: an error is never called absence. */
const codes: { readonly [how in BadAnswer]: readonly DaFault['code'][] } = {
  wrong: ['DA_CORRUPT'],
  short: ['DA_CORRUPT', 'DA_UNAVAILABLE'],
  long: ['DA_CORRUPT', 'DA_UNAVAILABLE'],
  endless: ['DA_CORRUPT', 'DA_UNAVAILABLE'],
  slow: ['DA_UNAVAILABLE'],
  'not found': ['DA_MISSING', 'DA_UNAVAILABLE'],
  gone: ['DA_PRUNED', 'DA_MISSING', 'DA_UNAVAILABLE'],
  busy: ['DA_UNAVAILABLE'],
  broken: ['DA_UNAVAILABLE'],
  hanging: ['DA_UNAVAILABLE'],
}

/** Milliseconds that an adapter which waits two seconds for an answer may take, on a busy machine. */
const boundMs = 15_000

/** What whoever serves the data may answer in its place. */
export function daAnswerCases(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  return traits.served === true ? [badAnswers(lease), neverLost(lease, traits)] : []
}

function neverLost(lease: () => DaHarness, { chain, tellsLoss = true }: DaTraits): ComplianceCase {
  return withAdapter(lease, 'status › lost never on an error', async (writer, harness) => {
    const { pointer } = await writer.submit(sampleBytes('never lost', 2_001), {}, patience())
    assert.ok(
      harness.answerBadly !== undefined && harness.openImpatient !== undefined,
      'the harness has no bad answers',
    )
    const da = await harness.openImpatient()
    try {
      for (const how of Object.keys(codes) as BadAnswer[]) {
        // Where nothing stands behind who serves it, its word that it has nothing is the layer's.
        if (how === 'not found' && !chain && tellsLoss) continue
        await harness.answerBadly(pointer, how)
        const outcome = await da.status(pointer, AbortSignal.timeout(boundMs)).catch((error: unknown) => {
          if (error instanceof DaError) return error.fault.code
          throw error
        })
        assert.notEqual(outcome, 'lost', how)
        if (chain) assert.ok(outcome === 'included' || outcome === 'final', `${how}: ${outcome}`)
        await harness.heal()
      }
      await assertThere(da, pointer)
    } finally {
      await da.close()
    }
  })
}

function badAnswers(lease: () => DaHarness): ComplianceCase {
  const name =
    'retrieve › wrong, short, long, endless, slow, 404, 410, 429, 500 and hanging answers: code and time bound'
  return withAdapter(lease, name, async (writer, harness) => {
    const data = sampleBytes('bad answers', 2_000)
    const { pointer } = await writer.submit(data, {}, patience())
    assert.ok(
      harness.answerBadly !== undefined && harness.openImpatient !== undefined,
      'the harness has no bad answers',
    )
    const da = await harness.openImpatient()
    try {
      for (const how of Object.keys(codes) as BadAnswer[]) {
        await harness.answerBadly(pointer, how)
        const started = performance.now()
        const outcome = await da.retrieve(pointer, AbortSignal.timeout(boundMs)).then(
          (bytes) => `${bytes.length} bytes`,
          (error: unknown) => (error instanceof DaError ? error.fault.code : String(error)),
        )
        const tookMs = Math.round(performance.now() - started)
        assert.ok((codes[how] as readonly string[]).includes(outcome), `${how}: ${outcome} after ${tookMs} ms`)
        await harness.heal()
      }
      assertSameBytes(await da.retrieve(pointer, patience()), data, 'after healing')
    } finally {
      await da.close()
    }
  })
}
