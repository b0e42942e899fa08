import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpContents, type NamedContents } from '@parley/content'
import { createStoreServer } from '@parley/content/server'
import { ContentStore, levelBlocks } from '@parley/content/store'
import { type Messenger, text } from '@parley/messaging'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { log } from './support/l2.ts'
import { Heard, Messengers } from './support/messengers.ts'
import { Rollup } from './support/rollup.ts'

/** A store on this machine, on a disk, that lets go of a content as soon as all its readers have it. */
class ServedStore {
  readonly url: string
  readonly store: ContentStore
  /** Digests of what was put, by class. */
  readonly application: Uint8Array[] = []
  private readonly close: () => Promise<void>

  private constructor(url: string, store: ContentStore, close: () => Promise<void>) {
    this.url = url
    this.store = store
    this.close = close
  }

  static async start(): Promise<ServedStore> {
    const path = await mkdtemp(join(tmpdir(), 'parley-store-'))
    const index = new ClassicLevel<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' })
    const deps = { index, blocks: levelBlocks(index), clock: systemClock, log }
    const store = await ContentStore.open(deps, { graceMs: 0, sweepEveryMs: 50 })
    const server = await createStoreServer(
      { store, registry: new Registry(), clock: systemClock, log },
      { host: '127.0.0.1', port: 0, version: '1' },
    )
    const stopping = new AbortController()
    const running = store.run(stopping.signal)
    return new ServedStore(server.url, store, async () => {
      await server.close()
      stopping.abort()
      await running
      await index.close()
      await rm(path, { recursive: true })
    })
  }

  /** A client of it that notes which messages it puts. */
  client(): NamedContents {
    const inner = httpContents({ url: this.url })
    return {
      ...inner,
      put: (content, options, signal) => {
        if (options.class === 'application') this.application.push(createHash('sha256').update(content).digest())
        return inner.put(content, options, signal)
      },
    }
  }

  stop(): Promise<void> {
    return this.close()
  }
}

let rollup: Rollup
let people: Messengers
let stores: readonly [ServedStore, ServedStore]
let alice: Messenger
let bob: Messenger
/** Bob's first store takes what it is given, and gives nothing. */
let withholds = true
const stop = new AbortController()

beforeAll(async () => {
  rollup = await Rollup.start()
  people = await Messengers.deploy(rollup)
  stores = [await ServedStore.start(), await ServedStore.start()]
  const [first, second] = stores
  const withholding = first.client()
  const atBob: NamedContents = {
    ...withholding,
    get: (digest, signal) => (withholds ? Promise.resolve(undefined) : withholding.get(digest, signal)),
  }
  alice = await people.open(0, [first.client(), second.client()])
  bob = await people.open(1, [atBob, second.client()])
  for (const each of [alice, bob]) await each.registerInstallation()
}, 360_000)

afterAll(async () => {
  stop.abort()
  await people?.stop()
  await rollup?.stop()
  for (const each of stores ?? []) await each.stop()
})

test('stores › one withholds and another serves; what is reported of it lets the user switch, and what all have read is gone from both', async () => {
  const [atAlice, atBob] = [alice, bob].map((each) => new Heard(each, stop.signal)) as [Heard, Heard]
  const [first, second] = stores
  const lunch = await alice.invite({ to: bob.identity, title: 'Lunch' })
  await (await atBob.first('request')).accept()
  await atAlice.first('membership')
  for (const each of ['one', 'two', 'three']) await lunch.send(text(each))
  for (const each of ['one', 'two', 'three']) await atBob.text(each)
  const withheld = await atBob.first('withheld')
  expect(withheld).toMatchObject({ provider: { kind: 'store', name: first.url }, evidence: { reason: 'lacks' } })
  expect(withheld.evidence.digests.length).toBeGreaterThanOrEqual(3)
  await bob.switchProvider(withheld.provider, withheld.evidence)
  expect(bob.providers.map(({ aside }) => aside)).toEqual([true, false])
  expect(first.application).toHaveLength(3)
  await eventually('contents that all readers have are gone', async () => {
    const there = await Promise.all(
      [first, second].flatMap(({ store, application }) => application.map((digest) => store.has(digest))),
    )
    return there.includes(true) ? undefined : true
  })
  withholds = false
  const answer = await bob.conversations[0]?.send(text('heard all'))
  expect(answer).toHaveLength(16)
  await atAlice.text('heard all')
}, 360_000)
