import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectLessOften } from '@parley/cli'
import { Closing, DataDir } from '@parley/cli/roles'
import { benchConfig, type Speakers, type Spread, SyntheticLoad, spreadOf } from '@parley/execution/bench'
import { type Millis, millis } from '@parley/protocol'
import type { HeaderSigner } from '@parley/sequencer'
import { writeInitialState } from '@parley/sequencer/bench'
import type { Context } from '../../context.ts'
import { deriveFrom, deriveScalar } from '../../load/seeded.ts'
import { type BenchFrame, benchFrame, repeatsOf, seedOf } from '../frame.ts'
import { runLoadProcess } from '../load-process.ts'
import { acceptedPerSecond } from '../measure.ts'
import { type PreparedLoad, writeDescription } from '../prepared-load.ts'
import type { SentLoad } from '../send-load.ts'
import { type SequencerRun, signerFrom, startAlone } from './sequencer-run.ts'

/** What `parley bench restart --json` prints. */
export interface RestartReport extends BenchFrame {
  readonly conversations: number
  /** Messages of the longest journal that was replayed. */
  readonly journalMessages: number
  /** From opening the stores until requests are taken, snapshot and journal. */
  readonly readySeconds: Spread
  readonly snapshotSeconds: Spread
  /** Messages a second, accepted over HTTP before the end and replayed at the start. */
  readonly sequencedPerSecond: Spread
  readonly replayedPerSecond: Spread
  /** Replayed to sequenced, restart by restart. */
  readonly replayRatio: Spread
}

/** How much is measured. */
export interface RestartSize {
  readonly conversations: number
  /** Messages sent before each restart; the journal keeps all of them. */
  readonly messages: number
}

const sizes = {
  full: { conversations: 1_000_000, messages: 57_600 },
  quick: { conversations: 100_000, messages: 19_200 },
} as const

const streams = 16
const messagesPerBody = 100
// Odd and far from any power of two: neighbours in time are no neighbours in memory.
const stride = 7_919

type RestartContext = Pick<Context, 'config' | 'clock' | 'log' | 'err' | 'signal' | 'inheritedEnv'>

/** Measures how soon a sequencer takes requests again, and how fast it replays its journal against how fast it wrote it. */
export async function benchRestart(
  context: RestartContext,
  size: RestartSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<RestartReport> {
  const { config, err, signal } = context
  const repeats = repeatsOf(config)
  // As in the process that a sequencer has to itself.
  collectLessOften()
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  try {
    const seed = seedOf(config)
    const signer = signerFrom(deriveScalar(deriveFrom(`bench ${seed}`), 'sequencer'))
    const load = new SyntheticLoad(size.conversations, seed)
    await prepare(dataDir, load, signer, millis(BigInt(context.clock.now())))
    const restarts: Restart[] = []
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      signal.throwIfAborted()
      restarts.push(await measureOne(context, { dataDir, load, signer, size, repeat }))
      err.write(`${describe(restarts.at(-1) as Restart)}\n`)
    }
    return report(context, size, restarts)
  } finally {
    await rm(dataDir, { recursive: true })
  }
}

interface Restart {
  readonly start: SequencerRun
  readonly replayed: number
  readonly sequencedPerSecond: number
}

interface Subject {
  readonly dataDir: string
  readonly load: SyntheticLoad
  readonly signer: HeaderSigner
  readonly size: RestartSize
  readonly repeat: number
}

async function prepare(dataDir: string, load: SyntheticLoad, signer: HeaderSigner, timestamp: Millis): Promise<void> {
  const closing = new Closing()
  try {
    const place = new DataDir({ path: dataDir }, closing)
    const store = await place.bytes('sequencer blocks, snapshots, finality and inbox')
    const signedHeaders = await place.bytes('signed headers')
    const state = {
      chunks: load.chunks(),
      shardRoots: load.shardRoots(),
      conversationsIn: (shard: number) => load.conversationsIn(shard),
    }
    await writeInitialState({ config: benchConfig, store, signedHeaders, signer, timestamp }, state)
  } finally {
    await closing.close()
  }
}

/** Sends a load to the sequencer as it stands, ends it, and starts it again. */
async function measureOne(context: RestartContext, subject: Subject): Promise<Restart> {
  const { dataDir, load, signer, size, repeat } = subject
  const prepared = preparedLoad(size)
  const path = join(dataDir, 'load')
  await writeFile(path, signedFor(load, prepared))
  await writeDescription(path, prepared)
  const before = await startAlone(context, dataDir, signer)
  let sent: SentLoad
  try {
    sent = await runLoadProcess<SentLoad>(
      context,
      {
        role: 'bench load',
        config: { 'sequencer.url': before.url, 'bench.file': path },
        logFile: join(dataDir, 'load.log'),
      },
      context.signal,
    )
  } finally {
    await before.stop()
  }
  const messages = messagesOf(prepared)
  if (sent.accepted !== messages) throw new RangeError(`${sent.accepted} of ${messages} messages were accepted`)
  const start = await startAlone(context, dataDir, signer)
  await start.stop()
  return { start, replayed: messages * (repeat + 1), sequencedPerSecond: acceptedPerSecond(sent) }
}

function preparedLoad({ messages }: RestartSize): PreparedLoad {
  return { streams, bodiesPerStream: Math.ceil(messages / streams / messagesPerBody), messagesPerBody }
}

const messagesOf = ({ bodiesPerStream }: PreparedLoad): number => streams * bodiesPerStream * messagesPerBody

/** Members of each stream speak once in its first third, which is not counted: the first word of a key costs its point. */
function signedFor(load: SyntheticLoad, prepared: PreparedLoad): Uint8Array {
  const perStream = prepared.bodiesPerStream * messagesPerBody
  const speaking = Math.ceil(perStream / 3)
  const speakers: Speakers = (serial) => {
    const [stream, turn] = [Math.floor(serial / perStream), serial % perStream]
    return ((stream * speaking + (turn % speaking)) * stride) % (2 * load.conversations)
  }
  return load.messages(messagesOf(prepared), speakers)
}

const replayedPerSecond = ({ start, replayed }: Restart): number => (1_000 * replayed) / start.journalMs

function describe(restart: Restart): string {
  const { start, replayed, sequencedPerSecond } = restart
  const seconds = (start.readyMs / 1_000).toFixed(2)
  const ratio = (replayedPerSecond(restart) / sequencedPerSecond).toFixed(2)
  return `ready after ${seconds} s, of it ${replayed} messages replayed ${ratio} times as fast as they were sequenced`
}

function report(context: RestartContext, { conversations }: RestartSize, restarts: readonly Restart[]): RestartReport {
  const of = (value: (restart: Restart) => number, digits = 3): Spread => spreadOf(restarts.map(value), digits)
  const journalMessages = Math.max(...restarts.map(({ replayed }) => replayed))
  const workload = `${conversations} conversations of two in a snapshot, journals up to ${journalMessages} messages, sent over HTTP in bodies of ${messagesPerBody}`
  return {
    ...benchFrame(context, { workload, repeats: restarts.length }),
    conversations,
    journalMessages,
    readySeconds: of(({ start }) => start.readyMs / 1_000),
    snapshotSeconds: of(({ start }) => start.snapshotMs / 1_000),
    sequencedPerSecond: of(({ sequencedPerSecond }) => sequencedPerSecond, 0),
    replayedPerSecond: of(replayedPerSecond, 0),
    replayRatio: of((restart) => replayedPerSecond(restart) / restart.sequencedPerSecond),
  }
}
