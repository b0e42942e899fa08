import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openJournal, Replica, ReplicaJournal } from '../src/index.ts'
import { beginning, StreamHistory } from '../src/shared/history.ts'
import { encodeMessage } from '../src/shared/message.ts'
import { MemoryStream } from './support/memory-stream.ts'
import { Disk } from './support/shared-harness.ts'

const never = new AbortController().signal
const takeoverAfterMs = 5_000

/** Lets everything happen that waits for no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
}

/** One who leads by hand, and a replica that stands by over a clock that a test moves. */
async function standingBy(yields = false) {
  const stream = new MemoryStream()
  const history = new StreamHistory(beginning)
  const clock = new ManualClock()
  const say = async (bytes: Uint8Array): Promise<void> => {
    history.read(bytes)
    stream.write(bytes)
    await settle()
  }
  const heartbeat = (): Promise<void> => {
    const { term, next: first, digest: previous } = history.place
    return say(encodeMessage({ kind: 'records', term, first, previous, records: [] }))
  }
  const leave = (term = history.place.term, previous = history.place.digest): Promise<void> =>
    say(encodeMessage({ kind: 'leave', term, previous }))
  await say(encodeMessage({ kind: 'term', term: 1n, replica: yields ? 'two' : 'one', life: new Uint8Array(16) }))
  const disk = new Disk()
  const local = await openJournal({ db: disk.records })
  const connect = async () => stream.connect()
  const deps = { connect, clock, log: pino({ level: 'silent' }), local, places: disk.places }
  const replica = await Replica.open(deps, { name: 'two' }, never)
  const journal = new ReplicaJournal(replica, clock, { takeoverAfterMs, yields })
  onTestFinished(() => journal.close())
  const leading = journal.untilLeading(0n, never)[Symbol.asyncIterator]().next()
  leading.catch(() => undefined)
  await settle()
  /** Moves the clock as timers would find it. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100)
      await settle()
    }
  }
  return { stream, clock, heartbeat, leave, pass, leads: () => journal.term.term === 2n }
}

test('silence › of a leader for the whole time is followed by a takeover, and a shorter one is not', async () => {
  const { heartbeat, pass, leads } = await standingBy()
  await pass(4_900)
  await heartbeat()
  await pass(4_900)
  expect(leads()).toBe(false)
  await pass(200)
  expect(leads()).toBe(true)
})

test('silence › while the servers are away is nobody’s: a leader has time to be heard after it', async () => {
  const { stream, heartbeat, pass, leads } = await standingBy()
  stream.isAway = true
  await pass(20_000)
  expect(stream.unanswered).toBeGreaterThan(5)
  stream.isAway = false
  await pass(2_000)
  expect(leads()).toBe(false)
  await heartbeat()
  await pass(4_900)
  expect(leads()).toBe(false)
  await pass(200)
  expect(leads()).toBe(true)
})

test('silence › goes on after the servers were away when the leader does not come back', async () => {
  const { stream, pass, leads } = await standingBy()
  stream.isAway = true
  await pass(7_000)
  stream.isAway = false
  await pass(6_000)
  expect(leads()).toBe(true)
})

test('leaving › is followed by a takeover at once', async () => {
  const { leave, leads } = await standingBy()
  await leave()
  expect(leads()).toBe(true)
})

test('leaving › of another term, or before anything else of it, is nothing', async () => {
  const { leave, pass, leads } = await standingBy()
  await leave(9n)
  await leave(1n, new Uint8Array(32))
  await pass(1_000)
  expect(leads()).toBe(false)
})

test('leaving › who left takes over like any other, when nobody else does', async () => {
  const { leave, pass, leads } = await standingBy(true)
  await leave()
  await pass(4_900)
  expect(leads()).toBe(false)
  await pass(200)
  expect(leads()).toBe(true)
})
