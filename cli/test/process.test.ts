import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { Gauge, Registry } from 'prom-client'
import { describe, expect, it, test } from 'vitest'
import { serve } from '../src/process/service.ts'
import { startStatusServer } from '../src/process/status-server.ts'
import { Closing } from '../src/role/closing.ts'

const { signal } = new AbortController()

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
  let because: string | undefined
  const server = await startStatusServer(
    {
      clock: systemClock,
      log: pino({ level: 'silent' }),
      metrics,
      status: () => ({ block: 5n }),
      unreadyBecause: () => because,
      latestBlock: () => undefined,
    },
    { host: '127.0.0.1', port: 0 },
  )
  try {
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(server.url + path, { method })
      return [response.status, await response.text()]
    }
    expect(await get('/healthz')).toEqual([200, '{"healthy":true}'])
    expect(await get('/readyz')).toEqual([200, '{"ready":true}'])
    because = 'posting is halted'
    expect(await get('/readyz')).toEqual([503, expect.stringContaining('posting is halted')])
    expect(await get('/healthz', 'HEAD')).toEqual([200, ''])
    expect((await get('/metrics?x=1'))[0]).toBe(200)
    expect(await get('/v1/status')).toEqual([200, '{"block":"5"}'])
    expect(await get('/metrics')).toEqual([200, expect.stringContaining('parley_test 7')])
    expect((await get('/nothing'))[0]).toBe(404)
    const [status, index] = await get('/')
    expect([status, JSON.parse(index as string)]).toEqual([
      200,
      {
        service: 'Parley batcher',
        summary: expect.any(String),
        routes: expect.arrayContaining([
          'GET /v1/status: What was published and claimed, and what keeps it from going on',
          'GET /openapi.json: This document',
        ]),
      },
    ])
    const [, document] = await get('/openapi.json')
    await expect(`${JSON.stringify(JSON.parse(document as string), null, 2)}\n`).toMatchFileSnapshot(
      '../../docs/api/batcher.json',
    )
    expect(await get('/healthz', 'POST')).toEqual([405, expect.stringContaining('METHOD_UNKNOWN')])
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
