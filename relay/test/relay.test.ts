import { decodeServerFrame, encodeClientRecord, type FeedCursor, feedLevels } from '@parley/api'
import { placeKey } from '@parley/feeds'
import { DrawnChain, type DrawnRun } from '@parley/feeds/testing'
import {
  BlockHeaderType,
  type BlockSource,
  type BlockView,
  ConversationEntryType,
  millis,
  type SettlementEvent,
  type SettlementPage,
} from '@parley/protocol'
import { firstOf, Pulse, systemClock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { type Relay, type RelayOptions, startRelay } from '../src/index.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const newLevel = (): BytesLevel =>
  new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }) as unknown as BytesLevel

/** A sequencer's blocks and an L2, both as far as a test lets them come. */
class World {
  chain = new DrawnChain()
  /** Number of the last block that the source gives. */
  sealed = 0n
  readonly events: SettlementEvent[] = []
  private readonly moved = new Pulse()
  private claims = 0

  readonly source: BlockSource = {
    blocks: (from, signal) => this.blocks(from, signal),
  }
  readonly settlement = { follow: (_from: unknown, _level: unknown, signal: AbortSignal) => this.pages(signal) }

  seal(...blocks: readonly (readonly DrawnRun[])[]): void {
    for (const runs of blocks) {
      const before = BigInt(this.chain.items.size)
      this.chain.seal(runs)
      for (const [index, queued] of this.chain.items) if (index >= before) this.tell({ kind: 'item', queued })
    }
    this.sealed = this.chain.head
    this.moved.beat()
  }

  claim(block: bigint): void {
    this.claims += 1
    const lastHeader = { ...BlockHeaderType.defaultValue(), number: block }
    this.tell({ kind: 'claim', claim: { number: BigInt(this.claims), lastHeader } })
  }

  tell(event: object): void {
    this.events.push({ at: { blockNumber: 1n, blockHash: new Uint8Array(32) }, ...event } as SettlementEvent)
    this.moved.beat()
  }

  private async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<BlockView> {
    for (let next = from; ; next += 1n) {
      while (next > this.sealed) {
        if (signal.aborted) return
        // Ends without an error when the signal aborts.
        await firstOf([this.moved.next()], signal).catch(() => undefined)
      }
      yield this.chain.view(next)
    }
  }

  private async *pages(signal: AbortSignal): AsyncGenerator<SettlementPage> {
    let told = 0
    while (!signal.aborted) {
      const moved = this.moved.next()
      const events = this.events.slice(told)
      told += events.length
      yield {
        events,
        cursor: { blockNumber: 1n, blockHash: new Uint8Array(32) },
        time: millis(0n),
        caughtUp: true,
      }
      await firstOf([moved], signal).catch(() => undefined)
    }
  }
}

async function start(world: World, store: BytesLevel, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const deps = {
    source: () => world.source,
    settlement: world.settlement,
    clock: systemClock,
    registry: new Registry(),
  }
  const genesis = BlockHeaderType.defaultValue()
  const relay = await startRelay({ ...deps, genesis, store, log: pino({ level: 'silent' }) }, options)
  ends.push(() => relay.stop())
  return relay
}

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + 340_000
  while (performance.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${what} did not come about`)
}

async function headAt({ url }: Relay, head: bigint): Promise<void> {
  await until(`block ${head}`, async () => {
    const status = (await (await fetch(`${url}/v1/status`)).json()) as { head: string; ready: boolean }
    return (status.head === String(head) && status.ready) || undefined
  })
}

/** One socket of a relay that remembers what it heard. */
class Reader {
  readonly hex = new Map<number, string[]>()
  readonly gone: bigint[] = []
  closed: { code: number; reason: string } | undefined

  static async open(relay: Relay, cursors: readonly FeedCursor[]): Promise<Reader> {
    const reader = new Reader()
    const socket = new WebSocket(`${relay.url.replace('http', 'ws')}/v1/feed`)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => reader.take(new Uint8Array(data as ArrayBuffer)))
    socket.addEventListener('close', ({ code, reason }) => {
      reader.closed = { code, reason }
    })
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('the upgrade was refused')))
    })
    const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add: cursors, remove: [] }
    socket.send(encodeClientRecord({ kind: 'mutate', value }) as Uint8Array<ArrayBuffer>)
    ends.push(async () => socket.close())
    return reader
  }

  of(key: number): string[] {
    return this.hex.get(key) ?? []
  }

  private take(frame: Uint8Array): void {
    for (const { kind, value } of decodeServerFrame(frame)) {
      if (kind === 'gone') this.gone.push(value.from)
      if (kind !== 'entries') continue
      const key = placeKey(value.place)
      const entries = value.entries.map((entry) => Buffer.from(ConversationEntryType.serialize(entry)).toString('hex'))
      this.hex.set(key, [...this.of(key), ...entries])
    }
  }
}

const says = (...to: number[]): DrawnRun[] => [{ shard: 3, segments: [{ kind: 'messages', to }] }]
const opening: DrawnRun[] = [{ shard: 3, segments: [{ kind: 'creation' }, { kind: 'creation' }] }]
const forced: DrawnRun[] = [{ shard: 3, segments: [{ kind: 'forced', to: 0, valid: true }] }]
const places = [0, 1].map((index) => ({ shard: 3, index }))
const fromStart = places.map((place) => ({ ...place, from: 0n, after: 0n }))
const modelOf = (world: World, key: number, after = 0n): string[] =>
  (world.chain.model.get(key) ?? []).filter(({ block }) => block > after).map(({ hex }) => hex)

async function hearsAll(reader: Reader, world: World, after = 0n): Promise<void> {
  for (const place of places) {
    const key = placeKey(place)
    const expected = modelOf(world, key, after)
    await until(`entries of ${place.index}`, () => reader.of(key).length >= expected.length || undefined)
    expect(reader.of(key)).toEqual(expected)
  }
}

describe('relay', () => {
  test('serves history and what comes, forced items too, and goes on after a restart where its readers were', async () => {
    const world = new World()
    const store = newLevel()
    world.seal(opening, says(0, 1, 0), forced)
    const relay = await start(world, store)
    await headAt(relay, 3n)
    const reader = await Reader.open(relay, fromStart)
    await hearsAll(reader, world)
    world.seal(says(1, 0))
    await hearsAll(reader, world)
    await relay.stop()
    expect((await until('close', () => reader.closed)).code).toBe(1001)
    world.seal(forced, says(0))
    const again = await start(world, store)
    await headAt(again, 6n)
    const resumed = await Reader.open(
      again,
      places.map((place) => ({ ...place, from: 0n, after: 4n })),
    )
    await hearsAll(resumed, world, 4n)
    await hearsAll(await Reader.open(again, fromStart), world)
  })

  test('a removal of claims drops what it voided, and readers are closed with where to go on', async () => {
    const world = new World()
    world.seal(opening, says(0, 1), forced)
    world.claim(2n)
    const relay = await start(world, newLevel())
    await headAt(relay, 3n)
    const reader = await Reader.open(relay, fromStart)
    await hearsAll(reader, world)
    // The same blocks up to the one left standing, then others, which consume the same item.
    const other = new DrawnChain()
    for (const runs of [opening, says(0, 1)]) other.seal(runs)
    other.lineage = new Uint8Array(32).fill(9)
    world.chain = other
    other.seal(says(1))
    other.seal(forced)
    world.sealed = 4n
    world.tell({ kind: 'removal', standing: 1n, lineage: other.lineage })
    expect(await until('close', () => reader.closed)).toEqual({ code: 4409, reason: 'from 3' })
    await headAt(relay, 4n)
    const key = placeKey({ shard: 3, index: 1 })
    const late = await Reader.open(relay, [{ shard: 3, index: 1, from: 0n, after: 0n }])
    await until('entries', () => late.of(key).length >= modelOf(world, key).length || undefined)
    expect(late.of(key)).toEqual(modelOf(world, key))
  })

  test('beyond its bytes it forgets blocks that are claimed, and no others', async () => {
    const world = new World()
    world.seal(opening, says(0), says(1))
    const relay = await start(world, newLevel(), { maxBytes: 1 })
    await headAt(relay, 3n)
    expect((await fetch(`${relay.url}/v1/blocks/1`)).status).toBe(200)
    world.claim(2n)
    world.seal(says(0))
    await until('forgotten blocks', async () => (await fetch(`${relay.url}/v1/blocks/2`)).status === 404 || undefined)
    expect((await fetch(`${relay.url}/v1/blocks/3`)).status).toBe(200)
    const reader = await Reader.open(relay, [{ shard: 3, index: 0, from: 0n, after: 0n }])
    await until('gone', () => reader.gone.length > 0 || undefined)
    expect(reader.gone).toEqual([1n])
  })

  test('a block that follows another than the last one stored ends it', async () => {
    const world = new World()
    world.seal(opening)
    const store = newLevel()
    const relay = await start(world, store)
    await headAt(relay, 1n)
    await relay.stop()
    world.chain = new DrawnChain()
    world.seal(says(), opening)
    const again = await start(world, store)
    await expect(again.failed).rejects.toMatchObject({ fault: { code: 'BLOCK_UNLINKED', block: 2n } })
  })

  test('the document in docs/api is the one that is served', async () => {
    const { url } = await start(new World(), newLevel())
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string }
    expect(document.openapi).toBe('3.1.0')
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/relay.json')
  })

  test('options out of bounds are refused by name', async () => {
    await expect(start(new World(), newLevel(), { maxFeeds: -1 })).rejects.toMatchObject({
      fault: { code: 'OPTION_INVALID', option: 'maxFeeds' },
    })
  })
})
