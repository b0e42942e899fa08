import { Closing, waitFor } from '@parley/cli/roles'
import { createSequencerClient } from '@parley/client'
import type { Context } from '../../context.ts'
import { type BenchStack, withBenchStack } from '../bench-stack.ts'
import { steadyWithin } from '../doubt.ts'
import { type BenchFrame, benchFrame } from '../frame.ts'
import { type Percentiles, percentilesOf } from '../latency/percentiles.ts'
import { followStack } from '../pipeline-load.ts'
import { type PartOf, readCpuTimes, threadOfLanes, usedBetween } from '../thread-cpu.ts'
import type { PutCounts } from './counted-contents.ts'
import { Deliveries } from './deliveries.ts'
import { measureEngine } from './engine-limit.ts'
import { type GroupCosts, measureGroup } from './group-costs.ts'
import { type L3Bytes, measureL3 } from './l3-bytes.ts'
import { type LoadDeps, offer, saturate } from './load.ts'
import { readTexts, type Texts } from './texts.ts'
import { openUsers } from './users.ts'

/** What is to be reached. */
const bounds = { p99Ms: 2_000, sizeSaved: 4 } as const

/** How much is measured. */
export interface MessagingSize {
  /** An even number: they are in conversations of two. */
  readonly users: number
  /** Of each load. */
  readonly messages: number
  readonly engine: { readonly pairs: number; readonly messages: number }
  readonly leaves: readonly number[]
}

/** What `parley bench messaging --json` prints. */
export interface MessagingReport extends BenchFrame {
  readonly users: number
  readonly texts: Omit<Texts, 'texts'> & { readonly count: number }
  readonly lanes: number
  readonly verifier: string
  /** Seconds in which all users registered, opened their conversations and joined. */
  readonly setupSeconds: number
  /** Said and read, by everything: as fast as messages are accepted. */
  readonly messagesPerSecond: number
  /** The same by the engine alone, with everything else in memory. */
  readonly engineMessagesPerSecond: { readonly before: number; readonly after: number }
  /** Of the two, the better measurement of the engine. */
  readonly ratio: number
  /** Why rates and times claim nothing; null when the engine was as fast after as before. */
  readonly doubt: string | null
  readonly cpuMicrosecondsPerMessage: Readonly<Record<string, number>>
  /** At half of what was measured: milliseconds from when a message was due until its reader's application had it. */
  readonly delivery: Percentiles & { readonly messagesPerSecond: number }
  /** Messages that nobody got, of both loads. */
  readonly lost: number
  /** Messages that no server answered for in time, of both loads: the machine is too busy to measure where there are any. */
  readonly unanswered: number
  readonly l3: L3Bytes
  /** Of a content as it is stored, and stores that each is put to. */
  readonly stores: { readonly bytesPerMessage: number; readonly copies: number }
  readonly size: SizeSaved
  readonly groups: readonly GroupCosts[]
  /** What was to be reached, and was: nothing of it can be claimed where messages were lost or unanswered. */
  readonly reached: Readonly<
    Record<keyof typeof bounds, { readonly bound: number; readonly value: number; readonly holds: boolean }>
  >
}

/** What is not on chain because contents are stored elsewhere. */
export interface SizeSaved {
  /** Bytes of a message with its content in the transaction, and with the digest alone. */
  readonly withContents: number
  readonly withDigests: number
  readonly times: number
  /** The same if the texts themselves, neither encrypted nor padded, were in the transaction: no content is shorter. */
  readonly timesForBareTexts: number
}

const sizes: Record<'full' | 'quick', MessagingSize> = {
  full: { users: 1_000, messages: 3_000, engine: { pairs: 8, messages: 1_200 }, leaves: [2, 16, 64, 256] },
  quick: { users: 20, messages: 200, engine: { pairs: 4, messages: 200 }, leaves: [2, 16] },
}
/** Copies of a content, as `severalContents` makes them. */
const copies = 2
/** Messages under way at once. */
const atOnce = 64
/** Messages that setting up takes of each allowance, at most. */
const forSettingUp = 16
const claimWithinMs = 120_000

const partOf: PartOf = (process, thread) => (process === 'sequencer' ? threadOfLanes(process, thread) : process)

/** Measures messaging end to end: many users of the real SDK over a stack, its stores and its L3. */
export async function benchMessaging(
  context: Context,
  size: MessagingSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<MessagingReport> {
  const texts = await readTexts(context.config.load.trace)
  const options = { layer: 'local', relay: true, messaging: true, maxFeeds: size.users + 10 } as const
  return withBenchStack(context, options, (bench) => measure(context, bench, size, texts))
}

async function measure(
  context: Context,
  bench: BenchStack,
  size: MessagingSize,
  { texts, ...about }: Texts,
): Promise<MessagingReport> {
  const { clock, err } = context
  const { stack, signal, dataDir } = bench
  const closing = new Closing()
  const ending = new AbortController()
  closing.add(async () => ending.abort())
  const until = AbortSignal.any([signal, ending.signal])
  const failing = Promise.withResolvers<never>()
  failing.promise.catch(() => undefined)
  const unlessFailed = <T>(work: Promise<T>): Promise<T> => Promise.race([work, failing.promise])
  try {
    const before = await measureEngine(clock, texts, size.engine, until)
    const follower = await followStack(context, stack, until)
    const conversations = size.users / 2
    const talks = await bench.talk(conversations, forSettingUp + Math.ceil((2 * size.messages) / size.users) * 2)
    const counts: PutCounts = { contents: 0, bytes: 0 }
    let current = new Deliveries()
    const began = clock.elapsed()
    const users = await unlessFailed(
      openUsers(
        stack,
        {
          dataDir,
          talks,
          counts,
          onMessage: (name, atMs) => current.got(name, atMs),
          onFailure: failing.reject,
          onOpened: (count) => void (count % 100 === 0 && err.write(`${count} users have joined\n`)),
        },
        closing,
        until,
      ),
    )
    const setupSeconds = Math.round((clock.elapsed() - began) / 1_000)
    const load: LoadDeps = { clock, users, texts, listen: (deliveries) => (current = deliveries) }
    const sequencer = createSequencerClient({ url: stack.places.sequencerUrl })
    const head = async (): Promise<bigint> => (await sequencer.block('latest', until))?.block.header.number ?? 0n
    const first = (await head()) + 1n
    Object.assign(counts, { contents: 0, bytes: 0 })
    const pids = new Map<string, number>([...stack.roles.pids, ['users', process.pid]])
    const cpuBefore = await readCpuTimes(pids)
    const saturated = await unlessFailed(saturate(load, size.messages, atOnce, until))
    const used = usedBetween(cpuBefore, await readCpuTimes(pids), partOf)
    const stores = { bytesPerMessage: counts.bytes / counts.contents, copies }
    const last = await head()
    const messagesPerSecond = saturated.perSecond
    err.write(`${Math.round(messagesPerSecond)} messages per second\n`)
    const half = messagesPerSecond / 2
    const offered = await unlessFailed(offer(load, size.messages, half, until))
    await waitFor(
      'the load to be claimed',
      () => ((follower.history.at(-1)?.block ?? 0n) >= last ? true : undefined),
      { clock, everyMs: 500, withinMs: claimWithinMs },
      until,
    )
    const l3 = await measureL3(context, stack, follower.claims().claims, { first, last }, until)
    const after = await measureEngine(clock, texts, size.engine, until)
    const groups: GroupCosts[] = []
    for (const leaves of size.leaves) groups.push(await measureGroup(leaves, until))
    const sent = size.messages
    const cpu = [...used].map(([part, microseconds]) => [part, Math.round(microseconds / sent)] as const)
    const workload = `${size.users} users in conversations of two, ${size.messages} messages as fast as they are accepted and as many at half that rate`
    const delivery = percentilesOf(offered.delays)
    const saved = savedBy(l3, stores.bytesPerMessage, about.bytesMean)
    const reached = {
      p99Ms: { bound: bounds.p99Ms, value: delivery.p99, holds: delivery.p99 <= bounds.p99Ms },
      sizeSaved: { bound: bounds.sizeSaved, value: saved.times, holds: saved.times >= bounds.sizeSaved },
    }
    return {
      users: size.users,
      texts: { ...about, count: texts.length },
      lanes: bench.lanes,
      verifier: bench.verifier,
      setupSeconds,
      messagesPerSecond,
      engineMessagesPerSecond: { before, after },
      ratio: messagesPerSecond / Math.max(before, after),
      doubt: doubtOf(before, after),
      cpuMicrosecondsPerMessage: Object.fromEntries(cpu),
      delivery: { ...delivery, messagesPerSecond: half },
      lost: saturated.lost + offered.lost,
      unanswered: saturated.unanswered + offered.unanswered,
      l3,
      stores,
      size: saved,
      groups,
      reached,
      ...benchFrame(context, { workload, repeats: 1 }),
    }
  } finally {
    await closing.close()
  }
}

function doubtOf(before: number, after: number): string | null {
  if (Math.max(before, after) <= steadyWithin * Math.min(before, after)) return null
  return `the engine alone did ${before.toFixed(1)} messages per second before and ${after.toFixed(1)} after: the machine did something else, too`
}

function savedBy({ perMessage }: L3Bytes, contentBytes: number, textBytes: number): SizeSaved {
  const withContents = perMessage + contentBytes
  return {
    withContents,
    withDigests: perMessage,
    times: withContents / perMessage,
    timesForBareTexts: (perMessage + textBytes) / perMessage,
  }
}
