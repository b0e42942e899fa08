import { type GuardOptions, guardBounds, guardOptions } from '@parley/api/server'
import { type SocketOptions, socketBounds, socketOptions } from '@parley/feeds'
import { SequencerError } from './faults.ts'

/** When a block is sealed. */
export interface SealingOptions {
  /** Milliseconds since its opening before which a block is sealed only when it is full. Default 500. */
  readonly minAgeMs: number
  /** Accepted operations, messages and inbox items that are worth a block once it is that old. Default 256. */
  readonly minOperations: number
  /** Milliseconds that anything accepted waits to be sealed at most. Default 2,000. */
  readonly maxWaitMs: number
  /** Milliseconds by which a block's timestamp may be ahead of the clock. Default 0. */
  readonly maxAheadMs: number
}

/** Time and block boundaries that follow from what is offered, so that a run can be repeated. For development only. */
export interface VirtualOptions {
  /** A block is sealed after so many operations were offered, accepted or refused, 1 to 960. */
  readonly blockEveryOffers: number
  /** Milliseconds between timestamps, at least 250: timestamp = genesis + number × blockTimeMs. */
  readonly blockTimeMs: number
  /** Inbox items that the first blocks consume, 64 a block, before any offer is taken. */
  readonly inboxItemsFirst: number
}

/** Bounds of what waits; beyond them requests are answered 429. */
export interface LoadOptions {
  /** Messages submitted and not answered. Default 65,536. */
  readonly maxUnanswered: number
  /** Bytes not yet durable in the journal. Default 32 MiB. */
  readonly maxJournalBytes: number
  /** Reads of the state under way. Default 256. */
  readonly maxReads: number
  /** Milliseconds after which a refused request may come again. Default 1,000. */
  readonly retryAfterMs: number
}

/** What is done when publishing lags behind sealing, by milliseconds of lag; each is a day at most. */
export interface LagOptions {
  /** From which blocks are sealed larger and later. Default 60,000. */
  readonly largerMs: number
  /** From which no more is accepted than is published. Default 300,000. */
  readonly limitedMs: number
  /** Age of the oldest unclaimed block from which nothing is accepted but forced items. Default 1,800,000. */
  readonly forcedMs: number
}

export interface HttpOptions extends GuardOptions, SocketOptions {
  /** Default 127.0.0.1. */
  readonly host: string
  /** 0 takes a free one. Default 0. */
  readonly port: number
  /** Messages of one request, of one stream frame, and unanswered on one stream. Default 4,096. */
  readonly maxMessages: number
}

export interface StorageOptions {
  /** Blocks between snapshots of the state. Default 2,000. */
  readonly snapshotEveryBlocks: number
  /** Latest snapshots kept, at least 1, beside those back to the last final block. Default 2. */
  readonly keepSnapshots: number
  /** Final blocks kept behind the last final one. Default 1,000,000. */
  readonly keepFinalBlocks: number
}

export interface SequencerOptions {
  readonly sealing?: Partial<SealingOptions>
  readonly virtual?: VirtualOptions
  readonly load?: Partial<LoadOptions>
  readonly lag?: Partial<LagOptions>
  readonly http?: Partial<HttpOptions>
  readonly storage?: Partial<StorageOptions>
  /** Starts although nobody outside can be asked which headers were signed. Default false. */
  readonly alone?: boolean
  /** Milliseconds that `stop` waits for open requests. Default 5,000. */
  readonly drainMs?: number
  /** Milliseconds that the event loop may be late before the log says so. Default 50. */
  readonly loopBudgetMs?: number
}

/** Options with every default filled in. */
export interface Settings {
  readonly sealing: SealingOptions
  readonly virtual: VirtualOptions | undefined
  readonly load: LoadOptions
  readonly lag: LagOptions
  readonly http: HttpOptions
  readonly storage: StorageOptions
  readonly alone: boolean
  readonly drainMs: number
  readonly loopBudgetMs: number
}

type Bounds = readonly [minimum: number, maximum: number]

const most = Number.MAX_SAFE_INTEGER
const day = 86_400_000

const guard = Object.fromEntries(
  Object.entries({ ...guardBounds, ...socketBounds }).map(([name, [, minimum, maximum]]): [string, Bounds] => [
    name,
    [minimum, maximum],
  ]),
)

const bounds = {
  sealing: { minAgeMs: [0, day], minOperations: [1, most], maxWaitMs: [1, day], maxAheadMs: [0, 10_000] },
  virtual: { blockEveryOffers: [1, 960], blockTimeMs: [250, day], inboxItemsFirst: [0, most] },
  load: {
    maxUnanswered: [1, 10_000_000],
    maxJournalBytes: [1, most],
    maxReads: [1, 1_000_000],
    retryAfterMs: [1, day],
  },
  lag: { largerMs: [1, day], limitedMs: [1, day], forcedMs: [1, day] },
  http: {
    port: [0, 65_535],
    maxMessages: [1, 65_536],
    ...guard,
  },
  storage: { snapshotEveryBlocks: [1, most], keepSnapshots: [1, 1000], keepFinalBlocks: [0, most] },
} as const satisfies Record<string, Record<string, Bounds>>

function assertBounds(section: string, values: object, sectionBounds: Readonly<Record<string, Bounds>>): void {
  for (const [name, [minimum, maximum]] of Object.entries(sectionBounds)) {
    const value: unknown = (values as Readonly<Record<string, unknown>>)[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw new SequencerError({
        code: 'OPTION_INVALID',
        option: `${section}.${name}`,
        value: String(value),
        expected: `an integer of ${minimum} to ${maximum}`,
      })
  }
}

/** Fills in defaults and checks every bound. @throws {SequencerError} `OPTION_INVALID` naming the option. */
export function settingsOf(options: SequencerOptions): Settings {
  const settings: Settings = {
    sealing: { minAgeMs: 500, minOperations: 256, maxWaitMs: 2_000, maxAheadMs: 0, ...options.sealing },
    virtual: options.virtual,
    load: {
      maxUnanswered: 65_536,
      maxJournalBytes: 32 * 1024 * 1024,
      maxReads: 256,
      retryAfterMs: 1_000,
      ...options.load,
    },
    lag: { largerMs: 60_000, limitedMs: 300_000, forcedMs: 1_800_000, ...options.lag },
    http: {
      host: '127.0.0.1',
      port: 0,
      maxMessages: 4_096,
      ...socketOptions({}),
      ...guardOptions(options.http ?? {}),
    },
    storage: { snapshotEveryBlocks: 2_000, keepSnapshots: 2, keepFinalBlocks: 1_000_000, ...options.storage },
    alone: options.alone ?? false,
    drainMs: options.drainMs ?? 5_000,
    loopBudgetMs: options.loopBudgetMs ?? 50,
  }
  for (const section of ['sealing', 'load', 'lag', 'http', 'storage'] as const)
    assertBounds(section, settings[section], bounds[section])
  if (settings.virtual !== undefined) assertBounds('virtual', settings.virtual, bounds.virtual)
  assertBounds('options', settings, { drainMs: [0, day], loopBudgetMs: [1, day] })
  return settings
}
