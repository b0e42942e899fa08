import { RunsView } from '@parley/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { gatherRuns } from '../src/main/sealing.ts'

afterEach(() => vi.restoreAllMocks())

test('sealed runs › are decoded when somebody looks at them, and not when they are copied', () => {
  const decodeRuns = vi.spyOn(RunsView.prototype, 'decodeRuns')
  const decodeWitness = vi.spyOn(RunsView.prototype, 'decodeWitness')
  const sealed = gatherRuns([])
  const { view, ...rest } = sealed
  expect({ ...sealed, ...rest }.view).toBe(view)
  expect([decodeRuns, decodeWitness].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  expect([sealed.runs, sealed.runs, sealed.witness]).toEqual([[], [], []])
  expect([decodeRuns, decodeWitness].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
})
