import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@parley/client'
import { pino } from 'pino'
import { Gauge, Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type ChildOptions, startChild } from '../src/process/child.ts'
import { serve } from '../src/process/service.ts'
import { startStatusServer } from '../src/process/status-server.ts'
import { Closing } from '../src/role/closing.ts'
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
    const options = optionsOf('da', environmentOf({}, { 'da.localDir': join(directory, 'da') }))
    const child = await startChild({ clock: systemClock, log }, options, signal)
    expect((await fetch(`${child.ready.url}/health`)).status).toBe(200)
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
    const clock = { now: () => 0, sleep: async () => undefined }
    const options = optionsOf('da', environmentOf({}, { 'da.localDir': join(directory, 'late') }))
    const started = startChild({ clock, log }, options, signal)
    await expect(started).rejects.toMatchObject({ fault: { code: 'CHILD_NOT_READY', role: 'da' } })
  })
})

test('environment › hands on what has a value, under the names of variables', () => {
  const env = environmentOf({ PATH: '/bin' }, { 'run.lanes': 2, 'l1.beaconUrl': 'http://x', 'da.localUrl': undefined })
  expect(env).toEqual({ PATH: '/bin', PARLEY_RUN_LANES: '2', PARLEY_L1_BEACON_URL: 'http://x' })
})

describe('service', () => {
  const serving = (failed: Promise<never>, stopped: string[]) => async () => ({
    ready: { url: 'http://x' },
    failed,
    stop: async () => void stopped.push('stopped'),
  })

  it('tells that it is ready, and stops when asked', async () => {
    const asked = new AbortController()
    const written: string[] = []
    const stopped: string[] = []
    const out = {
      write: (text: string) => {
        written.push(text)
        asked.abort()
      },
    }
    const context = { signal: asked.signal, out } as never
    expect(await serve(context, serving(new Promise(() => undefined), stopped))).toBe(0)
    expect([written, stopped]).toEqual([['{"ready":{"url":"http://x"}}\n'], ['stopped']])
  })

  it('stops and throws when it fails', async () => {
    const stopped: string[] = []
    const context = { signal, out: { write: () => undefined } } as never
    const failed = Promise.reject(new Error('planted'))
    await expect(serve(context, serving(failed, stopped))).rejects.toThrow('planted')
    expect(stopped).toEqual(['stopped'])
  })
})

test('status server › tells health, status and metrics, and nothing else', async () => {
  const metrics = new Registry()
  new Gauge({ name: 'parley_test', help: 'x', registers: [metrics] }).set(7)
  const server = await startStatusServer({ metrics, status: () => ({ block: 5n }) }, { host: '127.0.0.1', port: 0 })
  try {
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(server.url + path, { method })
      return [response.status, await response.text()]
    }
    expect(await get('/health')).toEqual([200, '{"status":"ok"}'])
    expect(await get('/v1/status')).toEqual([200, '{"block":"5"}'])
    expect(await get('/metrics')).toEqual([200, expect.stringContaining('parley_test 7')])
    expect((await get('/nothing'))[0]).toBe(404)
    expect((await get('/health', 'POST'))[0]).toBe(405)
  } finally {
    await server.close()
  }
})

test('closing › closes everything, last opened first, and tells what failed', async () => {
  const closing = new Closing()
  const order: number[] = []
  for (const step of [1, 2, 3])
    closing.add(async () => {
      order.push(step)
      if (step === 2) throw new Error('planted')
    })
  await expect(closing.close()).rejects.toThrow(AggregateError)
  expect(order).toEqual([3, 2, 1])
  await closing.close()
})
