import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEthereumBlobsDa } from '@parley/da-adapters'
import { toHex } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { LayeredStack, type OtherNode } from './support/layered-stack.ts'

const log = pino({ level: 'silent' })
const messages = 30
/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9'

let chain: LayeredStack
/** Claims of each stay, on blobs, on the alt-DA server and on blobs again. */
let stays: readonly number[]
/** What the alt-DA server held when the chain moved there. */
let copies: readonly Uint8Array[]
let copied: ReadonlyMap<string, number>
let node: OtherNode | undefined

beforeAll(async () => {
  chain = await LayeredStack.start('ethereum-blobs:alt-da', { 'da.layer': 'ethereum-blobs', 'da.shadow': 'alt-da' })
})
beforeAll(async () => {
  await chain.say(messages, 'first stay')
  copied = await chain.wait('a copy of every part', async () => {
    const found = await chain.metrics(chain.stack.places.batcherUrl, 'parley_batcher_shadow_total')
    const done = [...found.values()].reduce((sum, count) => sum + count, 0)
    return done >= 2 * chain.claims.length ? found : undefined
  })
  copies = await filesUnder(join(chain.stack.dataDir, 'alt-da'))
  const first = chain.claims.length
  await chain.restartBatcher({ 'da.layer': 'alt-da', 'da.shadow': undefined })
  await chain.say(messages, 'second stay')
  const second = chain.claims.length
  await chain.restartBatcher({ 'da.layer': 'ethereum-blobs' })
  await chain.say(messages, 'third stay')
  stays = [first, second - first, chain.claims.length - second]
})
afterEach(async () => {
  await node?.stop()
  node = undefined
})
afterAll(() => chain?.close())

async function filesUnder(directory: string): Promise<readonly Uint8Array[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return Promise.all(entries.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name))))
}

const distinct = (parts: readonly Uint8Array[]): readonly string[] => [...new Set(parts.map(toHex))].sort()

/** Waits until a node has verified everything, and compares its root with the sequencer's. */
async function derivesAll({ view }: OtherNode): Promise<void> {
  const { number, stateRoot } = chain.head
  const last = await chain.wait(`the node to verify block ${number}`, async () => {
    const now = await view()
    if (now.state === 'wrong' || now.state === 'failed') throw new Error(JSON.stringify(now.fault))
    return now.block >= number ? now : undefined
  })
  expect(last).toMatchObject({ block: number, stateRoot: toHex(stateRoot), rootsEqual: last.rootsCompared })
  expect(last.rootsCompared).toBeGreaterThan(0)
}

/** Answers that a node got, by source and answer. */
async function answersOf({ url }: OtherNode): Promise<readonly string[]> {
  const counted = await chain.metrics(url, 'parley_node_source_answers_total')
  return [...counted].filter(([, count]) => count > 0).map(([labels]) => labels)
}

test('moved chain › copies of every part are on the next layer before the chain moves there', async () => {
  expect(Object.fromEntries(copied)).toEqual({
    'part="core",layer="alt-da",outcome="audited"': stays[0],
    'part="witness",layer="alt-da",outcome="audited"': stays[0],
  })
  const { l1Url } = chain.stack.places
  const blobs = await createEthereumBlobsDa(
    { log, clock: systemClock, registry: new Registry() },
    { rpcUrls: [l1Url], beaconUrls: [l1Url], archiveUrls: [], slots: 'block-number' },
  )
  const { signal } = new AbortController()
  try {
    const claimed = chain.claims.slice(0, stays[0]).flatMap(({ core, witness }) => [core, witness])
    const parts = await Promise.all(claimed.map(({ pointer }) => blobs.retrieve(pointer, signal)))
    // What two batches have in common lies there once.
    expect(distinct(copies)).toEqual(distinct(parts))
  } finally {
    await blobs.close()
  }
})

test('moved chain › a node with an empty directory derives all of it from the L2 and both layers', async () => {
  expect(chain.layersUsed).toEqual(['ethereum-blobs', 'alt-da', 'ethereum-blobs'])
  expect(Math.min(...stays)).toBeGreaterThan(0)
  node = await chain.emptyNode()
  await derivesAll(node)
  const answers = await answersOf(node)
  expect([...answers].sort()).toEqual(['source="alt-da",answer="served"', 'source="ethereum-blobs",answer="served"'])
})

test('moved chain › with the first layer gone, an archive has what lay there', async () => {
  node = await chain.emptyNode({ 'l1.url': nowhere, 'l1.beaconUrl': nowhere })
  const { url } = node
  await chain.wait('the layer to fail it', async () => {
    const answers = await answersOf({ ...node!, url })
    return answers.includes('source="ethereum-blobs",answer="DA_UNAVAILABLE"') ? true : undefined
  })
  expect((await node.view()).block).toBe(0n)
  await node.stop()
  node = await chain.emptyNode({
    'l1.url': nowhere,
    'l1.beaconUrl': nowhere,
    'archive.urls': chain.stack.places.nodeUrl,
  })
  await derivesAll(node)
  const answers = await answersOf(node)
  expect(answers).toContain('source="alt-da",answer="served"')
  expect(answers).not.toContain('source="ethereum-blobs",answer="served"')
})

test('moved chain › with the layer between gone, an archive has what lay there', async () => {
  await chain.stack.roles.halt('alt-da-double')
  const [first = 0] = stays
  node = await chain.emptyNode()
  const waiting = node
  const stopsAt = chain.claims[first - 1]?.lastHeader.number
  await chain.wait('the layer to fail it', async () => {
    const { block } = await waiting.view()
    return block === stopsAt && (await answersOf(waiting)).includes('source="alt-da",answer="DA_UNAVAILABLE"')
      ? true
      : undefined
  })
  await node.stop()
  node = await chain.emptyNode({ 'archive.urls': chain.stack.places.nodeUrl })
  await derivesAll(node)
  const answers = await answersOf(node)
  expect(answers).toContain('source="ethereum-blobs",answer="served"')
  expect(answers).not.toContain('source="alt-da",answer="served"')
})
