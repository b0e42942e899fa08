import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { assertSynced } from '../src/index.ts'

interface Told {
  readonly version?: unknown
  readonly config?: unknown
}

/** Answers as a monitor of nats-server does: Debian's cannot be set to sync every append, so no real one says both. */
async function fakeMonitor({ version, config }: Told): Promise<string> {
  const server = createServer(({ url }, response) => {
    const answers: Readonly<Record<string, unknown>> = { '/varz': { version }, '/jsz?config=1': { config } }
    const answer = answers[url ?? '']
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const { signal } = new AbortController()
const good = { version: '2.12.3', config: { sync_always: true } }

test('servers that sync every append are taken', async () => {
  await assertSynced([await fakeMonitor(good), await fakeMonitor({ ...good, version: '2.14.0-RC.1' })], signal)
})

test.each<[string, Told]>([
  ['sync_interval', { ...good, config: { sync_always: false } }],
  ['sync_interval', { ...good, config: {} }],
  ['sync_interval', { version: '3.0.0' }],
  ['version', { ...good, version: '2.12.2' }],
  ['version', { ...good, version: '2.9.10' }],
  ['version', { ...good, version: 'unknown' }],
  ['version', { config: { sync_always: true } }],
])('%s › one that does not is refused among others: %j', async (field, told) => {
  const monitors = [await fakeMonitor(good), await fakeMonitor(told)]
  await expect(assertSynced(monitors, signal)).rejects.toMatchObject({
    fault: { code: 'JOURNAL_UNSUITABLE', field: expect.stringContaining(field) },
  })
})

test('a monitor that does not answer is not taken for one that says yes, nor is none', async () => {
  await expect(assertSynced(['http://127.0.0.1:1'], signal)).rejects.toMatchObject({
    fault: { code: 'JOURNAL_UNREACHABLE' },
  })
  await expect(assertSynced([], signal)).rejects.toMatchObject({ fault: { code: 'JOURNAL_UNSUITABLE' } })
})
