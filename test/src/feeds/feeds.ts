import { join } from 'node:path'
import type { FeedTransport } from '@parley/client'
import { FinalityTracker, observe, randomStream, stackConfig } from '@parley/lab'
import { checkout } from '@parley/lab/program'
import type { Clock } from '@parley/runtime'
import type { Acknowledged } from '../crash/acknowledged.ts'
import { loadBeside, type Run } from '../crash/load-under-kills.ts'
import { type CrashDeps, onStack } from '../crash/on-stack.ts'
import { MovingReader, nameOf } from './moving-reader.ts'

export interface FeedsOptions {
  /** Mutations, broken connections and kills in all. */
  readonly moments: number
  readonly readers: number
  readonly messagesPerSecond: number
  readonly seed: string
  /** Keeps data and logs. */
  readonly keep: boolean
}

/** What the run prints as its last line. */
export interface FeedsReport {
  readonly moments: number
  readonly mutations: number
  readonly broken: number
  readonly killed: number
  readonly acknowledged: number
  /** Conversations that readers follow at the end, and their messages. */
  readonly followed: number
  readonly received: number
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
  /** Contents other than the sequencer acknowledged for their position. */
  readonly wrong: number
  /** Entries given before their block was sealed, and of them those that were never told to be. */
  readonly early: number
  readonly unsealed: number
  /** Conversations that were refused, or gone, though all of them are there. */
  readonly dropped: number
}

export const held = (report: FeedsReport): boolean =>
  report.received > 0 &&
  report.killed > 0 &&
  report.early > 0 &&
  report.lost + report.doubled + report.disordered + report.wrong + report.dropped + report.unsealed === 0

const settleWithinMs = 60_000
const everyMs = 100
/** One moment of so many is a kill. */
const killEvery = 10
/** Milliseconds from one moment to the next at most. */
const longestPauseMs = 400

/**
 * Readers follow a relay over a stack under load, change what they follow, break off all at once, and the relay is killed
 * again and again. Half of them follow what is accepted, two of three come over HTTP, and half are at a relay
 * of that relay. Whatever they follow at the end they must have been given once, in order and whole.
 */
export function runFeeds(deps: CrashDeps, options: FeedsOptions, signal: AbortSignal): Promise<FeedsReport> {
  return onStack(
    deps,
    { seed: options.seed, keep: options.keep, layer: 'local' },
    { node: false, relay: true, batchAgeMs: 2_000 },
    (run, either) => moveAndCheck(run, options, either),
    signal,
  )
}

async function moveAndCheck(run: Run, options: FeedsOptions, signal: AbortSignal): Promise<FeedsReport> {
  // A relay of the relay, which loses its source whenever that is killed.
  const chained = await run.stack.roles.startBeside('relay', {
    PARLEY_SEQUENCER_URL: run.stack.places.relayUrl as string,
    PARLEY_RUN_DATA_DIR: join(run.dataDir, 'chained-relay'),
  })
  try {
    return await moveBetween(run, chained.ready.url as string, options, signal)
  } finally {
    await chained.stop()
  }
}

async function moveBetween(
  run: Run,
  chainedUrl: string,
  options: FeedsOptions,
  signal: AbortSignal,
): Promise<FeedsReport> {
  const { stack, clock, log, derive } = run
  const { places } = stack
  const config = stackConfig(checkout.load({ flags: new Map(), env: {}, files: [] }).config, places)
  const tracker = new FinalityTracker()
  const { chain, failed } = await observe({ clock, log, config }, places, tracker, signal)
  const random = randomStream(derive, 'readers')
  const readers = Array.from({ length: options.readers }, (_, i) => {
    const level = i % 2 === 0 ? 'accepted' : 'sealed'
    const transport = (['socket', 'events', 'poll'] as const)[i % 3] as FeedTransport
    const url = (i % 4 < 2 ? places.relayUrl : chainedUrl) as string
    return new MovingReader(url, clock, { level, transport })
  })
  const ending = new AbortController()
  const reading = Promise.all(readers.map((reader) => reader.run(AbortSignal.any([signal, ending.signal]))))
  // Raced below.
  reading.catch(() => undefined)
  const counts = { mutations: 0, broken: 0, killed: 0 }
  const beside = async (acknowledged: Acknowledged): Promise<void> => {
    for (let moment = 1; moment <= options.moments; moment += 1) {
      await clock.sleep(random.below(longestPauseMs), signal)
      if (moment % killEvery === 0) {
        await stack.roles.kill('relay')
        counts.killed += 1
        await clock.sleep(random.below(longestPauseMs), signal)
        await stack.roles.restart('relay')
      } else if (random.below(5) === 0) {
        for (const reader of readers) reader.breakOff()
        counts.broken += readers.length
      } else {
        const { messages } = acknowledged
        if (messages.length === 0) continue
        for (const reader of readers) {
          const { shard, conversation } = messages[random.below(messages.length)] as (typeof messages)[number]
          reader.turn({ shard, index: conversation })
          counts.mutations += 1
        }
      }
    }
  }
  const { acknowledged } = await Promise.race([
    loadBeside(run, { chain, tracker }, options.messagesPerSecond, beside, signal),
    failed,
    reading.then((): never => {
      throw new Error('the readers ended')
    }),
  ])
  const expected = contentsOf(acknowledged)
  for (const reader of readers) for (const name of [...expected.keys()].slice(-3)) reader.follow(placeOf(name))
  await Promise.race([settle(readers, expected, clock, signal), reading])
  ending.abort(new Error('the readers have all'))
  await reading
  return {
    ...reportOf(readers, expected),
    ...counts,
    moments: options.moments,
    acknowledged: acknowledged.messages.length,
  }
}

/** Contents that the sequencer acknowledged, by conversation and position. */
function contentsOf({ messages }: Acknowledged): Map<string, Map<bigint, string>> {
  const contents = new Map<string, Map<bigint, string>>()
  for (const { shard, conversation, position, content } of messages) {
    const name = nameOf({ shard, index: conversation })
    const own = contents.get(name) ?? new Map<bigint, string>()
    contents.set(name, own.set(position, Buffer.from(content).toString('hex')))
  }
  return contents
}

function placeOf(name: string): { readonly shard: number; readonly index: number } {
  const [shard, index] = name.split('/').map(Number) as [number, number]
  return { shard, index }
}

type Contents = ReadonlyMap<string, ReadonlyMap<bigint, string>>

/** Positions that a reader was not given of a conversation that it follows. */
const missingOf = (reader: MovingReader, expected: Contents): number =>
  [...reader.followed].reduce(
    (sum, [name, got]) => sum + [...(expected.get(name)?.keys() ?? [])].filter((position) => !got.has(position)).length,
    0,
  )

async function settle(
  readers: readonly MovingReader[],
  expected: Contents,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const deadline = clock.elapsed() + settleWithinMs
  while (clock.elapsed() < deadline && readers.some((reader) => missingOf(reader, expected) + reader.waiting > 0))
    await clock.sleep(everyMs, signal)
}

function reportOf(readers: readonly MovingReader[], expected: Contents) {
  const all = readers.flatMap((reader) => [...reader.followed])
  const sum = (of: (reader: MovingReader) => number): number => readers.reduce((total, reader) => total + of(reader), 0)
  return {
    followed: all.length,
    received: all.reduce((total, [, got]) => total + got.size, 0),
    lost: sum((reader) => missingOf(reader, expected)),
    doubled: sum(({ doubled }) => doubled),
    disordered: sum(({ disordered }) => disordered),
    wrong: all.reduce(
      (total, [name, got]) =>
        total +
        [...(expected.get(name) ?? [])].filter(([position, content]) => (got.get(position) ?? content) !== content)
          .length,
      0,
    ),
    dropped: sum(({ dropped }) => dropped),
    early: sum(({ early }) => early),
    unsealed: sum(({ waiting }) => waiting),
  }
}
