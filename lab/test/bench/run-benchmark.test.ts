import { describe, expect, test } from 'vitest'
import { runBenchmark } from '../../src/bench/run-benchmark.ts'
import { benchContext } from '../support/bench-context.ts'

describe('runBenchmark', () => {
  const { PATH = '', HOME = '' } = process.env
  const context = { ...benchContext(['load.seed', '7']), inheritedEnv: { PATH, HOME } }

  test('runBenchmark › gives what the command printed, with the seed handed on', async () => {
    expect(JSON.stringify(await runBenchmark(context, 'config'))).toMatch(/load\.seed.*7/)
  })

  test('runBenchmark › tells which command failed, and how', async () => {
    const fault = { code: 'CHILD_ENDED', role: 'inspect block', exitCode: 2 }
    await expect(runBenchmark(context, 'inspect block')).rejects.toMatchObject({ fault })
  })

  test('runBenchmark › ends the command when it is asked to', async () => {
    const asked = new AbortController()
    const running = runBenchmark({ ...context, signal: asked.signal }, 'bench lanes')
    const reason = new Error('asked')
    asked.abort(reason)
    await expect(running).rejects.toBe(reason)
  })
})
