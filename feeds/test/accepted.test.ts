import { feedLevels, fromNow } from '@parley/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placeKey, placeOfKey, shardOf } from '../src/conversations/place.ts'
import { FanOut } from '../src/fan-out/fan-out.ts'
import type { Sink, Subscriber } from '../src/fan-out/subscriber.ts'
import type { AcceptedEvent } from '../src/index.ts'
import { type DrawnBlock, DrawnChain, type DrawnEntry, type DrawnRun } from '../src/testing/drawn-chain.ts'
import { AcceptedModel } from './support/accepted-model.ts'

const fullBytes = 1_500
const shards = [3, 63]
const indexes = [0, 1, 2, 3, 4]

class Reader implements Sink {
  waiting = 0
  failed: unknown
  readonly model = new AcceptedModel()
  readonly subscriber: Subscriber
  private readonly fanOut: FanOut
  private readonly getsFull: boolean

  constructor(fanOut: FanOut, getsFull: boolean) {
    this.fanOut = fanOut
    this.getsFull = getsFull
    this.subscriber = fanOut.subscribe(this)
  }

  get isFull(): boolean {
    return this.getsFull && this.waiting > fullBytes
  }

  send(frame: Uint8Array): void {
    this.waiting += frame.length
    this.model.take(frame)
  }

  owe(): void {}

  fail(error: unknown): void {
    this.failed = error
  }

  drain(): void {
    this.waiting = 0
    this.fanOut.roomAgain(this.subscriber)
  }
}

/** What a sequencer does between drawing a block and telling that it is sealed, in steps that a test takes. */
class Stage {
  readonly chain = new DrawnChain()
  readonly fanOut: FanOut
  readonly readers: Reader[] = []
  private readonly open: { readonly block: DrawnBlock; left: DrawnEntry[] }[] = []
  private pending: (() => void)[] = []
  private now = 0

  constructor() {
    const read = (): Promise<void> => new Promise((resolve) => this.pending.push(resolve))
    this.fanOut = new FanOut(
      {
        supply: this.chain.supply(read),
        clock: { elapsed: () => (this.now += 1) },
        later: (run) => this.pending.push(run),
      },
      { head: 0n, sliceMs: 3 },
    )
  }

  /** Opens a block once the one before takes nothing more, and not more than two ahead. */
  draw(runs: readonly DrawnRun[]): void {
    if (this.open.length > 1 || (this.open.at(-1)?.left.length ?? 0) > 0) return
    const block = this.chain.draw(runs)
    const left = block.entries.filter(({ forced }) => !forced)
    const forced = runs.filter(({ segments }) => segments.some(({ kind }) => kind === 'forced'))
    this.open.push({ block, left })
    this.fanOut.opened(block.number, new Set(forced.map(({ shard }) => shard)))
  }

  accept(count: number): void {
    const last = this.open.at(-1)
    const events = last?.left.splice(0, count).map(eventOf) ?? []
    if (last !== undefined && events.length > 0) this.fanOut.accept(last.block.number, () => events)
  }

  put(): void {
    if (this.open[0] === undefined || this.open[0].left.length > 0 || this.chain.head > this.fanOut.head) return
    this.chain.put()
  }

  tell(): void {
    const number = this.fanOut.head + 1n
    if (number > this.chain.head) return
    this.open.shift()
    this.fanOut.add(number, () => this.chain.entries(number))
  }

  follow(getsFull: boolean, watches: boolean): void {
    const reader = new Reader(this.fanOut, getsFull)
    this.readers.push(reader)
    const level = feedLevels.accepted
    const after = fromNow
    if (watches) {
      const add = shards.flatMap((shard) => [0, 1].map((prefix) => ({ shard, bits: 1, prefix, after })))
      this.fanOut.watch(reader.subscriber, { id: 1, level, add, remove: [] })
    } else {
      const places = shards.flatMap((shard) => indexes.map((index) => ({ shard, index, from: fromNow, after: 0n })))
      this.fanOut.mutate(reader.subscriber, { id: 1, level, historyOnly: false, add: places, remove: [] })
    }
  }

  async turn(which: number): Promise<void> {
    const [run] = this.pending.splice(which % Math.max(1, this.pending.length), 1)
    run?.()
    for (let i = 0; i < 8; i += 1) await Promise.resolve()
  }

  async settle(): Promise<void> {
    while (this.open.length > 0) {
      this.accept(Number.POSITIVE_INFINITY)
      this.put()
      this.tell()
    }
    do {
      while (this.pending.length > 0) await this.turn(0)
      for (const reader of this.readers) reader.drain()
    } while (this.pending.length > 0)
  }
}

function eventOf({ key, position, isMessage, hex }: DrawnEntry): AcceptedEvent {
  return {
    key,
    position: isMessage ? position : undefined,
    isMessage,
    encode(at) {
      if (at !== position) throw new Error(`${key}: an event of position ${position} was put at ${at}`)
      return Buffer.from(hex, 'hex')
    },
  }
}

const conversation = fc.nat(4)
const segment = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('messages' as const),
      to: fc.array(conversation, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('creation' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), of: conversation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forced' as const), to: conversation, valid: fc.boolean() }) },
)
const runs = fc
  .uniqueArray(
    fc.record({ shard: fc.constantFrom(...shards), segments: fc.array(segment, { minLength: 1, maxLength: 4 }) }),
    { selector: ({ shard }) => shard, minLength: 1, maxLength: 2 },
  )
  .map((drawn) => drawn.toSorted((a, b) => a.shard - b.shard) as DrawnRun[])
const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('draw' as const), runs }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('accept' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('put' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('tell' as const) }) },
  { weight: 8, arbitrary: fc.record({ act: fc.constant('turn' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('drain' as const), reader: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('follow' as const), getsFull: fc.boolean(), watches: fc.boolean() }),
  },
)

describe('accepted entries', () => {
  test('whatever the schedule, each comes once, in order, and is sealed as it was told', async () => {
    let early = 0
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 100, size: 'max' }), async (acts) => {
        const stage = new Stage()
        for (const each of acts) {
          if (each.act === 'draw') stage.draw(each.runs)
          else if (each.act === 'accept') stage.accept(each.count)
          else if (each.act === 'put') stage.put()
          else if (each.act === 'tell') stage.tell()
          else if (each.act === 'turn') await stage.turn(each.which)
          else if (each.act === 'drain') stage.readers[each.reader]?.drain()
          else if (stage.readers.length < 3) stage.follow(each.getsFull, each.watches)
          for (const { model } of stage.readers)
            for (const { hexes, settled } of model.had.values()) early += hexes.length - settled
        }
        await stage.settle()
        for (const { model, failed } of stage.readers) {
          expect(failed).toBeUndefined()
          for (const shard of shards)
            for (const index of indexes) {
              const key = placeKey({ shard, index })
              const since = model.since.get(key) ?? model.watchingSince ?? 0n
              const due = (stage.chain.model.get(key) ?? []).filter(({ block }) => block > since)
              const { hexes = [], settled = 0 } = model.had.get(key) ?? {}
              expect([placeOfKey(key), hexes]).toEqual([placeOfKey(key), due.map(({ hex }) => hex)])
              expect(settled).toBe(hexes.length)
            }
        }
      }),
      { numRuns: 500 },
    )
    // Otherwise everything came when its block was sealed.
    expect(early).toBeGreaterThan(0)
    expect(shardOf(placeKey({ shard: 63, index: 4 }))).toBe(63)
  })
})
