import type { HeadLag } from '@parley/protocol'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Everything the sequencer tells Prometheus. */
export interface Metrics {
  readonly acceptance: Histogram
  readonly accepted: Counter
  readonly refused: Counter<'code'>
  readonly blocks: Counter<'reason'>
  readonly blockOperations: Histogram
  readonly blockBytes: Histogram
  readonly seal: Histogram
  readonly commit: Histogram
  readonly snapshot: Histogram<'part'>
  readonly recovery: Gauge<'part'>
  readonly finality: Gauge<'level'>
  readonly loopLag: Histogram
  readonly offeredAgain: Counter<'outcome'>
}

export interface Measured {
  unanswered(): number
  queued(): number
  journalPendingBytes(): number
  /** Undefined before the L2 was read. */
  lag(): Promise<HeadLag | undefined>
  /** Undefined before the time of blocks is known. */
  dataLag(): { readonly bytes: number; readonly ageMs: number; readonly ms: number | undefined } | undefined
}

const lag = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const latency = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Registers the metrics; gauges of what waits are read from `measured` when somebody asks. */
export function createMetrics(registry: Registry, measured: Measured): Metrics {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `parley_sequencer_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  const histogram = <T extends string = never>(name: string, help: string, buckets: number[], labelNames: T[] = []) =>
    new Histogram<T>({ name: `parley_sequencer_${name}`, help, buckets, labelNames, registers })
  const counter = <T extends string = never>(name: string, help: string, labelNames: T[] = []) =>
    new Counter<T>({ name: `parley_sequencer_${name}`, help, labelNames, registers })

  const behind = (name: string, help: string, field: keyof HeadLag): Gauge =>
    new Gauge({
      name: `parley_sequencer_${name}`,
      help,
      registers,
      async collect() {
        const known = await measured.lag()
        // Unknown is no series: a zero would say that nothing lags.
        if (known === undefined) this.remove()
        else this.set(Number(known[field] ?? 0n) / 1000)
      },
    })

  behind('header_lag_seconds', 'L2 time less the timestamp of the last sealed header', 'headerMs')
  behind(
    'oldest_item_seconds',
    'Age of the oldest inbox item that the last sealed header has not consumed',
    'oldestItemMs',
  )
  gauge('da_lag_bytes', 'Bytes of sealed blocks that no claim covers', () => measured.dataLag()?.bytes ?? 0)
  new Gauge({
    name: 'parley_sequencer_da_lag_seconds',
    help: 'Time in which those are published at the pace of the last claims, at most the age of the oldest; that age before the first claim',
    registers,
    collect() {
      const known = measured.dataLag()
      if (known === undefined) this.remove()
      else this.set((known.ms ?? known.ageMs) / 1000)
    },
  })
  gauge('unanswered_entries', 'Entries that came in and are not answered', measured.unanswered)
  gauge('queued_entries', 'Entries waiting in the fullest lane', measured.queued)
  gauge('journal_pending_bytes', 'Bytes that are not durable yet', measured.journalPendingBytes)
  return {
    acceptance: histogram('acceptance_seconds', 'From the arrival of a request to its answer', latency),
    accepted: counter('accepted_total', 'Entries accepted'),
    refused: counter('refused_total', 'Entries refused by the state, by code', ['code']),
    blocks: counter('blocks_total', 'Blocks sealed, by reason', ['reason']),
    blockOperations: histogram(
      'block_operations',
      'Operations and messages of a sealed block',
      [1, 4, 16, 64, 256, 1024, 4096, 16_384],
    ),
    blockBytes: histogram(
      'block_bytes',
      'Encoded bytes of a sealed block',
      [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304],
    ),
    seal: histogram('seal_seconds', 'From the decision to seal to the lanes’ runs', latency),
    commit: histogram('block_commit_seconds', 'From the lanes’ runs to a durable block', latency),
    snapshot: histogram(
      'snapshot_seconds',
      'Capture (blocks wait) and writing (they do not)',
      [...latency, 10, 30, 120],
      ['part'],
    ),
    recovery: new Gauge({
      name: 'parley_sequencer_recovery_seconds',
      help: 'What the start took: reading the snapshot, replaying the journal',
      labelNames: ['part'],
      registers,
    }),
    finality: new Gauge({
      name: 'parley_sequencer_finality_block',
      help: 'Last block of each level of finality',
      labelNames: ['level'],
      registers,
    }),
    offeredAgain: counter('offered_again_total', 'Accepted entries that a removal of claims voided, kept or fallen', [
      'outcome',
    ]),
    loopLag: histogram('event_loop_lag_seconds', 'Delay of the event loop beyond what was asked for', lag),
  }
}
