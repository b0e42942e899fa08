import { type FeedCursor, feedLevels, fromNow, type Mutation } from '@parley/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FanOut } from '../src/fan-out/fan-out.ts'
import type { Sink, Subscriber } from '../src/fan-out/subscriber.ts'
import { DrawnChain, type DrawnRun } from '../src/testing/drawn-chain.ts'
import { ReaderModel } from './support/reader-model.ts'

/** Bytes after which a sink of these tests is full. */
const fullBytes = 1_500

class Reader implements Sink {
  waiting = 0
  failed: unknown
  readonly model: ReaderModel
  readonly subscriber: Subscriber
  private readonly fanOut: FanOut

  constructor(fanOut: FanOut, chain: DrawnChain) {
    this.fanOut = fanOut
    this.model = new ReaderModel(chain)
    this.subscriber = fanOut.subscribe(this)
  }

  get isFull(): boolean {
    return this.waiting > fullBytes
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

  mutate(mutation: Mutation): void {
    this.model.sends(mutation, this.fanOut.head)
    this.fanOut.mutate(this.subscriber, mutation)
  }
}

/** A fan-out over a drawn chain whose readings and turns come when the test says. */
class Stage {
  readonly chain = new DrawnChain()
  readonly fanOut: FanOut
  readonly readers: Reader[]
  private pending: (() => void)[] = []
  private mutations = 0
  private now = 0

  constructor(readers: number) {
    const read = (): Promise<void> => new Promise((resolve) => this.pending.push(resolve))
    this.fanOut = new FanOut(
      {
        supply: this.chain.supply(read),
        // Every look at the clock takes a millisecond, so that slices end in the middle.
        clock: { elapsed: () => (this.now += 1) },
        later: (run) => this.pending.push(run),
      },
      { head: 0n, sliceMs: 3 },
    )
    this.readers = Array.from({ length: readers }, () => new Reader(this.fanOut, this.chain))
  }

  /** Lets one of those that wait go on. */
  async turn(which: number): Promise<void> {
    const [run] = this.pending.splice(which % Math.max(1, this.pending.length), 1)
    run?.()
    for (let i = 0; i < 8; i += 1) await Promise.resolve()
  }

  tell(): void {
    const number = this.fanOut.head + 1n
    if (number <= this.chain.head) this.fanOut.add(number, () => this.chain.entries(number))
  }

  mutate(reader: number, change: Pick<Mutation, 'add' | 'remove' | 'historyOnly'>): void {
    this.mutations += 1
    const mutation = { ...change, id: this.mutations, level: feedLevels.sealed }
    this.readers[reader % this.readers.length]!.mutate(mutation)
  }

  /** Lets everything come to its end. */
  async settle(): Promise<void> {
    while (this.fanOut.head < this.chain.head) this.tell()
    do {
      while (this.pending.length > 0) await this.turn(0)
      for (const reader of this.readers) reader.drain()
    } while (this.pending.length > 0)
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change' as const), of: conversation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forced' as const), to: conversation, valid: fc.boolean() }) },
)
const runs = fc
  .uniqueArray(
    fc.record({ shard: fc.constantFrom(3, 63), segments: fc.array(segment, { minLength: 1, maxLength: 4 }) }),
    {
      selector: ({ shard }) => shard,
      minLength: 1,
      maxLength: 2,
    },
  )
  .map((drawn) => drawn.toSorted((a, b) => a.shard - b.shard) as DrawnRun[])
const place = fc.record({ shard: fc.constantFrom(3, 63), index: conversation })
const cursor = fc.record({
  shard: fc.constantFrom(3, 63),
  index: conversation,
  from: fc.oneof(fc.bigInt(0n, 6n), fc.constant(fromNow)),
  after: fc.bigInt(0n, 4n),
})
const once = <T extends { readonly shard: number; readonly index: number }>(arbitrary: fc.Arbitrary<T>) =>
  fc.uniqueArray(arbitrary, { selector: ({ shard, index }) => `${shard} ${index}`, maxLength: 4 })

const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('seal' as const), runs }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('tell' as const) }) },
  { weight: 8, arbitrary: fc.record({ act: fc.constant('turn' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('drain' as const), reader: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('forget' as const), before: fc.bigInt(1n, 6n) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('mutate' as const),
      reader: fc.nat(2),
      change: fc.record({ add: once(cursor), remove: once(place), historyOnly: fc.boolean() }),
    }),
  },
)

test('fan-out › whatever the schedule, each reader gets each entry once, in order, with the bytes of the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80, size: 'max' }), async (acts) => {
      const stage = new Stage(3)
      for (const each of acts) {
        if (each.act === 'seal') stage.chain.seal(each.runs)
        else if (each.act === 'tell') stage.tell()
        else if (each.act === 'turn') await stage.turn(each.which)
        else if (each.act === 'drain') stage.readers[each.reader]!.drain()
        else if (each.act === 'mutate') stage.mutate(each.reader, each.change)
        // Only what was told of is ever forgotten.
        else if (each.before <= stage.fanOut.head)
          stage.chain.first = each.before > stage.chain.first ? each.before : stage.chain.first
      }
      await stage.settle()
      for (const { model, failed } of stage.readers) {
        expect(failed).toBeUndefined()
        for (const [key, { live }] of model.followed) {
          expect({ key, missing: model.missing(key) }).toEqual({ key, missing: 0 })
          if (!live) expect(isAhead(stage, key, model)).toBe(true)
        }
      }
    }),
    { numRuns: 500 },
  )
})

/** Whether a conversation that is not live waits for blocks or positions that are still to come. */
function isAhead(stage: Stage, key: number, model: ReaderModel): boolean {
  const cursor = model.cursors.get(key) as FeedCursor
  return cursor.after > stage.chain.head || cursor.from > stage.chain.index.messages(cursor)
}
