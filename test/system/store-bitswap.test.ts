import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentDigest, httpContents, type NamedContents } from '@parley/content'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { ParleyProcess } from './support/parley.ts'

interface RunningStore {
  readonly process: ParleyProcess
  readonly url: string
  readonly contents: NamedContents
  /** Where it speaks bitswap, with its peer id. */
  readonly address: string
}

const signal = () => AbortSignal.timeout(60_000)
const running: ParleyProcess[] = []
let directory: string
let first: RunningStore
let second: RunningStore
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-bitswap-'))
  first = await start('first')
  second = await start('second', '--bitswap-peers', first.address)
}, 360_000)
afterAll(async () => {
  await Promise.all(running.map((each) => each.kill()))
  await rm(directory, { recursive: true, force: true })
})

async function start(name: string, ...more: string[]): Promise<RunningStore> {
  const own = ['--data', join(directory, name), '--port', '0', '--bitswap', '--bitswap-port', '0']
  const process = new ParleyProcess(['store', ...own, '--log-format', 'json', ...more])
  running.push(process)
  const [, address = ''] = await process.line(/"addresses":\["([^"]+)"/)
  const [, url = ''] = await process.line(/"url":"(http:[^"]+)"/)
  return { process, url, contents: httpContents({ url, timeoutMs: 10_000 }), address }
}

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
const statusOf = async ({ url }: RunningStore): Promise<{ contents: number }> =>
  (await (await fetch(`${url}/v1/status`)).json()) as { contents: number }

test.each([1, 60_000, 1_048_576])(
  'a content of %i bytes that one store has › the other serves by bitswap',
  async (bytes) => {
    const content = random(bytes)
    await first.contents.put(content, { class: 'attachment', acks: [] }, signal())
    const found = await eventually('the other store', () => second.contents.get(contentDigest(content), signal()))
    expect(Buffer.compare(found, content)).toBe(0)
    // What was not put is not kept.
    expect(await statusOf(second)).toMatchObject({ contents: 0 })
  },
  360_000,
)

test('a content that the asking store has › the other gets over the same connection', async () => {
  const content = random(5_000)
  await second.contents.put(content, { class: 'application', acks: [] }, signal())
  const found = await eventually('the first store', () => first.contents.get(contentDigest(content), signal()))
  expect(Buffer.compare(found, content)).toBe(0)
})

test('a content that nobody has › is said not to be there, in time', async () => {
  expect(await second.contents.get(contentDigest(random(9)), signal())).toBeUndefined()
})

test('a store › has the same peer id when it starts again', async () => {
  first.process.signal('SIGINT')
  expect(await first.process.ended).toBe(0)
  const again = await start('first')
  const idOf = (address: string): string => address.slice(address.lastIndexOf('/') + 1)
  expect(idOf(again.address)).toBe(idOf(first.address))
})
