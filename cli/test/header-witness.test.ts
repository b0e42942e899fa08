import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { type StatusServer, startStatusServer } from '../src/process/status-server.ts'
import { headerWitness } from '../src/role/header-witness.ts'

let server: StatusServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

async function telling(latest: object | undefined): Promise<string> {
  const deps = { clock: systemClock, log: pino({ level: 'silent' }), metrics: new Registry() }
  const told = { status: () => ({}), unreadyBecause: () => undefined, latestBlock: () => latest }
  server = await startStatusServer({ ...deps, ...told }, { host: '127.0.0.1', port: 0 })
  return server.url
}

const lineage = `0x${'11'.repeat(32)}`
const headerRoot = `0x${'22'.repeat(32)}`
const ask = (url: string) => headerWitness(url, true).lastHeader(new AbortController().signal)

test('header witness › reads the last header that a batcher reports', async () => {
  const url = await telling({ header: { lineage, number: 7n }, headerRoot })
  expect(await ask(url)).toEqual({
    lineage: new Uint8Array(32).fill(0x11),
    number: 7n,
    root: new Uint8Array(32).fill(0x22),
  })
})

test('header witness › one that knows no header says so', async () => {
  expect(await ask(await telling(undefined))).toBeUndefined()
})

test.each([
  ['header.lineage', { header: { number: 7n }, headerRoot }],
  ['header.number', { header: { lineage, number: 'x' }, headerRoot }],
  ['headerRoot', { header: { lineage, number: 7n } }],
])('header witness › a wrong %s is refused, not taken for nothing', async (field, latest) => {
  await expect(ask(await telling(latest))).rejects.toMatchObject({ fault: { code: 'ANSWER_INVALID', field } })
})

test('header witness › one that does not answer is not taken for one that knows none', async () => {
  await expect(ask('http://127.0.0.1:1')).rejects.toMatchObject({ fault: { code: 'SERVER_UNREACHABLE' } })
})
