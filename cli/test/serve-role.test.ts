import { freePorts } from '@parley/journal/testing'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { CliError } from '../src/faults.ts'
import { createRegistry } from '../src/process/registry.ts'
import { type RoleContext, serveRole } from '../src/process/serve-role.ts'
import { startStatusServer } from '../src/process/status-server.ts'

const log = pino({ level: 'silent' })
const away = () => new CliError({ code: 'SERVER_UNREACHABLE', reason: 'planted' })

/** A context of a role at any port, with what it printed and what asks it to end. */
function context() {
  const asked = new AbortController()
  const printed: string[] = []
  const out = { write: (text: string) => void printed.push(text) }
  const config = { run: { host: '127.0.0.1', port: 0 }, http: {} }
  return { asked, printed, context: { config, clock: systemClock, log, out, signal: asked.signal } as never }
}

test('a role › whose start fails by what passes is started again, and is ready once', async () => {
  const { asked, printed, context: surroundings } = context()
  let starts = 0
  const started = serveRole(surroundings, async ({ takePorts }) => {
    starts += 1
    if (starts < 3) throw away()
    await takePorts()
    asked.abort()
    return { ready: { url: 'http://x' }, failed: new Promise(() => undefined), stop: async () => undefined }
  })
  expect(await started).toBe(0)
  expect([starts, printed]).toEqual([3, ['{"ready":{"url":"http://x"}}\n']])
})

test.each([
  ['a fault that asks for a change', new CliError({ code: 'DATA_DIR_LOCKED', path: '/x', reason: 'planted' })],
  ['a defect', new Error('planted')],
])('a role › whose start fails by %s ends', async (_, error) => {
  let starts = 0
  const failed = serveRole(context().context, async () => {
    starts += 1
    throw error
  })
  await expect(failed).rejects.toBe(error)
  expect(starts).toBe(1)
})

test('a role › that is asked to end while it waits has nothing to drain', async () => {
  const { asked, context: surroundings } = context()
  const ended = serveRole(surroundings, async () => {
    setTimeout(() => asked.abort(new Error('SIGTERM')), 20)
    throw away()
  })
  expect(await ended).toBe(0)
})

test('a role › that takes its ports listens where was said what it waits for', async () => {
  const { asked, context: surroundings } = context()
  const [port = 0] = await freePorts(1)
  Object.assign((surroundings as RoleContext).config.run, { port })
  Object.assign((surroundings as RoleContext).config.http, { metricsPort: undefined })
  let starts = 0
  const ended = serveRole(surroundings, async ({ takePorts }) => {
    starts += 1
    if (starts === 1) throw away()
    const said = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await said.text()).toContain('waits: SERVER_UNREACHABLE')
    await takePorts()
    const server = await startStatusServer(statusDeps(), { host: '127.0.0.1', port })
    asked.abort()
    return { ready: {}, failed: new Promise(() => undefined), stop: () => server.close() }
  })
  expect(await ended).toBe(0)
})

const statusDeps = () => ({
  clock: systemClock,
  log,
  metrics: createRegistry(),
  status: () => ({}),
  unreadyBecause: () => undefined,
  latestBlock: () => undefined,
})
