import { type GuardOptions, guardOptions } from '@parley/api/server'
import type { ChainConfig, CodedError, DigestSigner, FollowWatch, SettlementReader } from '@parley/protocol'
import { SettlementError } from '@parley/protocol'
import { type Clock, following } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { assertClaimRecorded } from './claimed.ts'
import type { SignerError } from './faults.ts'
import { type SignerPlace, serveSigner } from './http/serve.ts'
import { createMetrics } from './metrics.ts'
import { rulesOf, type SignerRules } from './options.ts'
import { LineageRecord } from './record/lineage-record.ts'
import { SigningRecord } from './record/signing-record.ts'
import { Signing } from './signing.ts'

/** What a signer needs of its surroundings. Whoever made these closes them, after `stop`. */
export interface SignerDeps {
  readonly config: Pick<ChainConfig, 'chainId' | 'inbox' | 'genesis'>
  readonly key: DigestSigner
  /** Holds what the key has signed, and nothing else. It is never restored from a copy. */
  readonly store: BytesLevel
  readonly settlement: Pick<SettlementReader, 'follow' | 'head' | 'schedule'>
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

export interface SignerOptions extends Partial<GuardOptions> {
  readonly place: SignerPlace
  /** Where health and metrics are served, and nothing else. */
  readonly health: { readonly host: string; readonly port: number }
  readonly rules?: Partial<SignerRules>
}

export interface Signer {
  /** Where headers are taken: a URL, or the path of a socket. */
  readonly at: string
  readonly healthUrl: string
  /** Rejects with what it cannot go on after; never resolves. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** Milliseconds without an answer of the L2 after which a new lineage would go unnoticed. */
const silentMs = 60_000

const backoff = { firstBackoffMs: 250, maxBackoffMs: 15_000 }

const passes = (error: unknown): error is SettlementError =>
  error instanceof SettlementError && error.meaning.retry === 'later'

/**
 * Starts a signer over the record of its key.
 * @throws {SignerError} `OPTION_INVALID`, and what is wrong with the record. @throws {SettlementError}
 */
export async function startSigner(deps: SignerDeps, options: SignerOptions, signal: AbortSignal): Promise<Signer> {
  const { config, key, store, settlement, clock, log, registry } = deps
  const { place, health, rules, ...guard } = options
  const held = rulesOf(rules ?? {})
  const { address } = key
  const record = await SigningRecord.open(store, { address, config })
  await assertClaimRecorded(record, address, settlement, signal)
  const lineages = await LineageRecord.open(store, config.genesis.lineage)
  const metrics = createMetrics(registry, () => lineages.closed)
  const signing = new Signing({ config, key, record, lineages, clock, metrics }, held)
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  let failedBy: unknown
  const fail = (error: unknown): void => {
    failedBy ??= error
    failure.reject(error)
  }
  void signing.failed.catch((error: SignerError) => fail(error))
  const watch = new L2Watch(clock)
  const served = await serveSigner(
    {
      signing,
      record,
      address,
      config,
      clock,
      log,
      registry,
      unreadyBecause: () => (failedBy === undefined ? watch.unreadyBecause() : reasonOf(failedBy)),
      unhealthyBecause: () => (failedBy === undefined ? undefined : reasonOf(failedBy)),
    },
    { place, health, guard: guardOptions(guard) },
  )
  const ending = new AbortController()
  const running = following(
    {
      open: (inner) => settlement.follow(lineages.cursor, 'safe', inner, watch),
      async take(page) {
        const before = lineages.closed
        await lineages.apply(page)
        if (page.caughtUp) watch.caughtUp = true
        if (lineages.closed > before)
          log.error('LINEAGE CLOSED: the L2 took back a removal of claims; nothing is signed in its lineage any more')
      },
    },
    {
      ...backoff,
      clock,
      passes,
      onFault: (err, waitMs) => log.warn({ err, waitMs }, 'following the L2 failed, trying again'),
    },
    ending.signal,
  ).catch((error: unknown) => {
    if (!ending.signal.aborted) fail(error)
  })
  log.info({ at: served.at, health: served.healthUrl }, 'signer started')
  return {
    at: served.at,
    healthUrl: served.healthUrl,
    failed: failure.promise,
    async stop() {
      ending.abort(new Error('the signer stops'))
      await served.close()
      await running
      log.info('signer stopped')
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether new lineages would be noticed. */
class L2Watch implements FollowWatch {
  caughtUp = false
  private readonly clock: Pick<Clock, 'elapsed'>
  private answeredAt: number
  private fault: CodedError | undefined

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.clock = clock
    this.answeredAt = clock.elapsed()
  }

  answered(): void {
    this.answeredAt = this.clock.elapsed()
    this.fault = undefined
  }

  failed(error: CodedError): void {
    this.fault = error
  }

  unreadyBecause(): string | undefined {
    if (!this.caughtUp)
      return `the L2 is being read for lineages${this.fault === undefined ? '' : `: ${this.fault.message}`}`
    const silent = this.clock.elapsed() - this.answeredAt
    if (silent <= silentMs) return undefined
    return `the L2 has not answered for ${Math.floor(silent / 1_000)} s${this.fault === undefined ? '' : `: ${this.fault.message}`}`
  }
}
