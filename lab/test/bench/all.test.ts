import { systemClock } from '@parley/runtime'
import { expect, test } from 'vitest'
import { measureAll } from '../../src/bench/all/bench-all.ts'
import { benchmark } from '../../src/bench/all/benchmark.ts'
import { checksOf, reportPage } from '../../src/bench/all/report-page.ts'
import { type Check, isReached } from '../../src/bench/check.ts'
import type { Context } from '../../src/context.ts'
import { LabError } from '../../src/faults.ts'
import { benchContext } from '../support/bench-context.ts'

const check: Check = { id: 'works.x', what: 'x to y', value: 2, bound: 1, kind: 'at least' }
const section = { title: 'Works', text: [], parts: [] }
const of = ['works', 'breaks', 'works-too'].map((name) => benchmark(name, () => ({ section, checks: [check] })))

const context = (): Context => ({
  ...benchContext(),
  clock: systemClock,
  sources: new Map(),
  inheritedEnv: {},
  out: { write: () => undefined },
})

async function run(_context: Context, command: string): Promise<Record<string, unknown>> {
  if (command === 'bench breaks')
    throw new LabError({ code: 'CHILD_ENDED', role: command, reason: 'because', exitCode: 1 })
  return { of: command }
}

test('measureAll › goes on after a benchmark that fails, and says which it was', async () => {
  const told: string[] = []
  const err = { write: (text: string): void => void told.push(text) }
  const report = await measureAll({ ...context(), err }, of, run)
  expect(told.join('').match(/^\d of \d: bench .*$/gm)).toEqual([
    '1 of 3: bench works',
    '2 of 3: bench breaks',
    '3 of 3: bench works-too',
  ])
  expect(report.results).toEqual({ works: { of: 'bench works' }, 'works-too': { of: 'bench works-too' } })
  expect(report.failed).toMatchObject([{ name: 'breaks', why: expect.stringContaining('because') }])
  expect(checksOf(report, of)).toEqual([check, check])
  expect(reportPage(report, of).sections.map(({ title }) => title)).toEqual(['Failed', 'Bounds', 'Works', 'Works'])
})

test('measureAll › stops when it is asked to', async () => {
  const asked = AbortSignal.abort(new Error('asked'))
  const stopping = () => Promise.reject(new Error('ended'))
  await expect(measureAll({ ...context(), signal: asked }, of, stopping)).rejects.toThrow('asked')
})

test('isReached › bounds are included', () => {
  expect(isReached({ value: 1, bound: 1, kind: 'at least' })).toBe(true)
  expect(isReached({ value: 1, bound: 1, kind: 'at most' })).toBe(true)
  expect(isReached({ value: 0.99, bound: 1, kind: 'at least' })).toBe(false)
  expect(isReached({ value: 1.01, bound: 1, kind: 'at most' })).toBe(false)
  expect(isReached({ value: null as unknown as number, bound: 1, kind: 'at most' })).toBe(false)
})
