import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@parley/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBenchGuard } from '../../src/bench/guard/bench-guard.ts'
import { compare, comparisonTable, isRegression } from '../../src/bench/guard/compare.ts'
import type { Key } from '../../src/config/settings.ts'
import type { Context } from '../../src/context.ts'
import { benchContext } from '../support/bench-context.ts'

const atLeast = (value: number) => ({ value, kind: 'at least' }) as const
const atMost = (value: number) => ({ value, kind: 'at most' }) as const

describe('compare', () => {
  const verdict = (before: ReturnType<typeof atLeast | typeof atMost>, now: number) =>
    compare({ x: before }, [{ id: 'x', ...before, value: now }], 0.1)[0]?.verdict

  test.each([
    [atLeast(1), 0.91, 'same'],
    [atLeast(1), 0.89, 'worse'],
    [atLeast(1), 1.11, 'better'],
    [atMost(100), 109, 'same'],
    [atMost(100), 111, 'worse'],
    [atMost(100), 89, 'better'],
    [atMost(0), 0, 'same'],
    [atMost(0), 1, 'worse'],
  ] as const)('compare › %o, now %d, is %s', (before, now, expected) => {
    expect(verdict(before, now)).toBe(expected)
  })

  test('compare › tells what is new, and what is missing as a regression', () => {
    const comparisons = compare({ gone: atLeast(1) }, [{ id: 'new', ...atLeast(2) }], 0.1)
    expect(comparisons).toEqual([
      { id: 'new', before: undefined, now: 2, verdict: 'new' },
      { id: 'gone', before: 1, now: undefined, verdict: 'missing' },
    ])
    expect(comparisons.map(isRegression)).toEqual([false, true])
  })

  test('comparisonTable › lines its columns up', () => {
    const table = comparisonTable(compare({ long_name: atLeast(2), x: atMost(10) }, [{ id: 'x', ...atMost(20) }], 0.1))
    expect(table.split('\n')).toEqual([
      'figure     before  now  change',
      'x              10   20   100 %  worse',
      'long_name       2    –          missing',
      '',
    ])
  })
})

describe('bench guard', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-guard-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  const settlement = (gasPerMessage: number) => ({
    workload: 'claims',
    bound: { messagesPerBatch: 10_000, gasPerMessage: 20 },
    results: [{ layer: 'local', messagesPerBatch: 10_000, gasPerMessage, published: true }],
    finalizeGasTogether: 1,
  })

  async function guard(gas: number, verifier: string, ...flags: (readonly [Key, string])[]) {
    const report = join(directory, 'report.json')
    const versions = { verifier }
    const frame = { machine: 'm', commit: 'c', versions, quick: false, failed: [] }
    await writeFile(report, JSON.stringify({ ...frame, results: { settlement: settlement(gas) } }))
    let printed = ''
    const context: Context = {
      ...benchContext(['bench.baseline', join(directory, 'baseline.json')], ['bench.report', report], ...flags),
      clock: systemClock,
      sources: new Map(),
      inheritedEnv: {},
      out: {
        write(text: string) {
          printed += text
        },
      },
    }
    return { code: await runBenchGuard(context), printed }
  }

  test('bench guard › compares with the baseline that it wrote', async () => {
    expect(await guard(16, 'a', ['bench.rewrite', 'true'])).toEqual({ code: 0, printed: '' })
    const { figures } = JSON.parse(await readFile(join(directory, 'baseline.json'), 'utf8'))
    expect(figures).toEqual({ 'settlement.gas': { value: 16, kind: 'at most' } })
    expect((await guard(19, 'a')).code).toBe(0)
    const worse = await guard(21, 'a')
    expect(worse.code).toBe(1)
    expect(worse.printed).toContain('worse')
    expect((await guard(21, 'a', ['bench.tolerancePercent', '50'])).code).toBe(0)
  })

  test('bench guard › refuses a baseline of another verifier', async () => {
    await guard(16, 'a', ['bench.rewrite', 'true'])
    await expect(guard(16, 'b')).rejects.toMatchObject({ fault: { code: 'ARGUMENT_INVALID', argument: '--baseline' } })
  })
})
