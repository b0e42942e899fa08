import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type ChildOptions, startChild } from '../src/process/child.ts'
import { environmentOf } from '../src/stack/environment.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-process-'))
})
afterAll(() => rm(directory, { recursive: true }))

const log = pino({ level: 'silent' })
const { signal } = new AbortController()
const { PATH } = process.env

function optionsOf(role: string, env: Record<string, string> = {}): ChildOptions {
  const logFile = join(directory, `${role.replace(' ', '-')}.log`)
  return { role, env: { PATH: PATH ?? '', ...env }, logFile, readyWithinMs: 60_000 }
}

describe('child', () => {
  it('tells where it listens, serves until it is stopped, and writes its log', async () => {
    const options = optionsOf('da', environmentOf({}, { 'da.localDir': directory }))
    const child = await startChild({ clock: systemClock, log }, options, signal)
    expect((await fetch(`${child.ready.url}/healthz`)).status).toBe(200)
    const metrics = await (await fetch(`${child.ready.url}/metrics`)).text()
    for (const name of ['process_resident_memory_bytes', 'process_open_fds', 'nodejs_gc_duration_seconds'])
      expect(metrics).toContain(`# TYPE ${name}`)
    await child.stop()
    expect(await child.exited).toEqual({ code: 0, stopped: true })
    expect(await readFile(options.logFile, 'utf8')).toContain('local DA serves')
  })

  it('that ends before it is ready is told with its last lines', async () => {
    const started = startChild({ clock: systemClock, log }, optionsOf('da'), signal)
    await expect(started).rejects.toMatchObject({ fault: { code: 'CHILD_ENDED', role: 'da', exitCode: 2 } })
    await expect(started).rejects.toThrow(/da.localDir/)
  })

  it('that is not ready in time is stopped', async () => {
    const clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined }
    const options = optionsOf('da', environmentOf({}, { 'da.localDir': directory }))
    const started = startChild({ clock, log }, options, signal)
    await expect(started).rejects.toMatchObject({ fault: { code: 'CHILD_NOT_READY', role: 'da' } })
  })
})

test('environment › hands on what has a value, under the names of variables', () => {
  const env = environmentOf({ PATH: '/bin' }, { 'run.lanes': 2, 'l1.beaconUrl': 'http://x', 'da.localUrl': undefined })
  expect(env).toEqual({ PATH: '/bin', PARLEY_RUN_PORT: '0', PARLEY_RUN_LANES: '2', PARLEY_L1_BEACON_URL: 'http://x' })
})
