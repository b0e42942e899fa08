import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'
import { type Bundle, bundleForBrowser } from './support/bundle.ts'
import type { Speaker } from './support/conversations.ts'
import { CutProxy } from './support/cut-proxy.ts'
import { openShards, Rollup } from './support/rollup.ts'
import { until } from './support/until.ts'

const conversations = 200

let rollup: Rollup
let bundle: Bundle
let server: Server
let speakers: Speaker[]
beforeAll(async () => {
  bundle = await bundleForBrowser('support/reading-page.ts', fileURLToPath(new URL('.', import.meta.url)))
  rollup = await Rollup.start()
  speakers = []
  for (let i = 0; i < conversations; i += 1)
    speakers.push(await rollup.converse(openShards[i % 2] as (typeof openShards)[number]))
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? bundle.code : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  await rollup?.stop()
})

interface Reading {
  readonly positions: Readonly<Record<string, readonly number[]>>
  readonly early: number
  readonly live: number
  readonly lives: number
  readonly failed: string | undefined
}

const look = (page: Page): Promise<Reading> => page.evaluate('reading') as Promise<Reading>

/** Everything that was said so far, as a page has it that missed nothing. */
const said = (): Record<string, number[]> =>
  Object.fromEntries(
    speakers
      .filter(({ nonce }) => nonce > 1n)
      .map(({ shard, index, nonce }) => [`${shard}/${index}`, Array.from({ length: Number(nonce) - 1 }, (_, i) => i)]),
  )

async function reads(page: Page): Promise<void> {
  await until(async () => {
    const { positions, failed } = await look(page)
    if (failed !== undefined) throw new Error(failed)
    return JSON.stringify(sorted(positions)) === JSON.stringify(sorted(said()))
  })
}

const sorted = (positions: Reading['positions']) =>
  Object.entries(positions)
    .filter(([, own]) => own.length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

describe('a page that follows 200 conversations', () => {
  test('needs nothing of Node', () => {
    expect(bundle.external).toEqual([])
  })

  test.each(['socket', 'events', 'poll'] as const)(
    'over %s › is cut off, goes on, and misses nothing',
    { timeout: 360_000 },
    async (transport) => {
      await using proxy = await CutProxy.start(rollup.sequencer.url)
      await using browser = await TestBrowser.launch()
      const places = speakers.map(({ shard, index }) => [shard, index])
      const asked = encodeURIComponent(JSON.stringify({ url: proxy.url, transport, places }))
      const { port } = server.address() as AddressInfo
      const { page } = await browser.visit(`http://127.0.0.1:${port}/#${asked}`, { width: 800 })
      await until(async () => (await look(page)).lives > 0)
      for (const speaker of speakers.slice(0, 40)) await rollup.say(speaker, 2)
      await reads(page)
      proxy.cut()
      for (const speaker of speakers.slice(20, 60)) await rollup.say(speaker, 1)
      proxy.mend()
      await until(async () => (await look(page)).lives > 1)
      for (const speaker of speakers.slice(50, 70)) await rollup.say(speaker, 1)
      await reads(page)
      expect((await look(page)).early).toBeGreaterThan(0)
    },
  )
})
