import {
  type BlockHeader,
  type BlockSource,
  CodedError,
  type DataAvailability,
  portableVerifier,
  type Settlement,
  type SignatureVerifier,
  sameBytes,
} from '@parley/protocol'
import { backoffMs, type Clock, type RetryPolicy } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { Answering, type ClaimDefence } from './answering.ts'
import type { CostJournal } from './costs/index.ts'
import { type BatchEncoder, batchEncoder } from './encode-batch.ts'
import type { BatchPart } from './faults.ts'
import { createMetrics } from './metrics.ts'
import { type BatcherOptions, settingsOf } from './options.ts'
import { type BatcherStore, createPlanStore } from './plan-store.ts'
import { PartPublisher, type PolicyStatus } from './policy/part-publisher.ts'
import { createPolicyMetrics } from './policy/policy-metrics.ts'
import type { ToWei } from './policy/quotes.ts'
import { policySettingsOf } from './policy/settings.ts'
import { Shadow } from './policy/shadow.ts'
import { Session, type SessionDeps } from './session.ts'

/** The layers that each part may go to, in the order of preference; both may have the same. */
export type BatchLayers = { readonly [part in BatchPart]: readonly [DataAvailability, ...DataAvailability[]] }

export interface BatcherDeps {
  readonly blocks: BlockSource
  readonly layers: BatchLayers
  /** Layers besides, by their numbers, to which parts may have gone before: what lies there is claimed from there. */
  readonly otherLayers?: ReadonlyMap<number, DataAvailability>
  /** Where copies are published that nobody claims: a layer to move to, opened for publishing, that no part goes to. */
  readonly shadow?: DataAvailability | undefined
  /** Given, a part goes to the cheapest of its layers. */
  readonly toWei?: ToWei | undefined
  readonly settlement: Settlement
  /** Where data of claims is asked for; left out, nothing is answered. */
  readonly defence?: ClaimDefence
  /** Keeps the plans; nothing else may write to it. */
  readonly store: BatcherStore
  /** Where it is written what batches cost; left out, nowhere. */
  readonly costs?: CostJournal
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  /** @default the portable verifier: a millisecond a block. */
  readonly verifier?: SignatureVerifier
  /** @default the protocol's. */
  readonly encoder?: BatchEncoder
}

/** `waiting`: a fault is being waited out. `halted`: a person must act. */
export type BatcherState = 'starting' | 'posting' | 'waiting' | 'halted' | 'stopped'

export interface BatcherStatus {
  readonly state: BatcherState
  /** Latest claim standing as far as known, and its last block. */
  readonly claim: bigint | undefined
  readonly block: bigint | undefined
  /** Last block whose batch is published whole; 0 before the L2 was read. */
  readonly published: bigint
  readonly pendingBlocks: number
  readonly pendingBytes: number
  /** Where parts go. */
  readonly layers: { readonly [part in BatchPart]: PolicyStatus }
  /** The latest fault; undefined after the next success. */
  readonly fault: ReturnType<CodedError['toJSON']> | undefined
}

export interface Batcher {
  /**
   * Posts until the signal aborts; may be called once.
   * @throws {CodedError} after a fault that waiting cannot mend, such as `BATCH_SELF_CHECK_FAILED`; nothing is posted
   * after it.
   */
  run(signal: AbortSignal): Promise<void>
  status(): BatcherStatus
  /** The layers that parts go to now. */
  layers(): { readonly [part in BatchPart]: DataAvailability }
  /** The last header known: a sequencer that starts asks for it. Undefined before the L2 was read. */
  lastHeader(): BlockHeader | undefined
}

/** Conflicts say `never` of the same claim; reading the L2's head again finds the next one. */
const mendedByANewSession = new Set(['CLAIM_CONFLICT'])

/** @throws {BatcherError} `OPTION_OUT_OF_RANGE`. */
export function createBatcher(deps: BatcherDeps, options: BatcherOptions = {}): Batcher {
  const settings = settingsOf(options)
  const { clock, log } = deps
  let oldestReceivedAt: number | undefined
  const metrics = createMetrics(deps.metrics, () =>
    oldestReceivedAt === undefined ? 0 : Math.max(0, clock.elapsed() - oldestReceivedAt) / 1000,
  )
  let status: Omit<BatcherStatus, 'layers'> = {
    state: 'starting',
    claim: undefined,
    block: undefined,
    published: 0n,
    pendingBlocks: 0,
    pendingBytes: 0,
    fault: undefined,
  }
  const set = (change: Partial<typeof status>): void => {
    status = { ...status, ...change }
  }
  const onFault = (error: CodedError, waitMs: number): void => {
    set({ state: 'waiting', fault: error.toJSON() })
    metrics.faults.inc({ code: error.fault.code })
    log.warn({ fault: error.toJSON(), waitMs }, 'posting failed; it is tried again')
  }
  const onMended = (): void => {
    if (status.state === 'waiting') set({ state: 'posting', fault: undefined })
  }
  const retry: RetryPolicy<CodedError> = { ...settings, clock, passes: passesLater, onFault, onMended }
  const policyMetrics = createPolicyMetrics(deps.metrics)
  const policySettings = policySettingsOf(options.policy)
  const publisherOf = (part: BatchPart): PartPublisher => {
    const { toWei } = deps
    const of = {
      part,
      layers: deps.layers[part],
      others: othersThan(part, deps),
      toWei,
      clock,
      log,
      metrics: policyMetrics,
      retry,
    }
    return new PartPublisher(of, policySettings)
  }
  const publishers = { core: publisherOf('core'), witness: publisherOf('witness') }
  const { shadow: shadowLayer, costs } = deps
  const shadow = shadowLayer && new Shadow({ layer: shadowLayer, clock, log, metrics, retry, ...(costs && { costs }) })
  let failures = 0
  let lastHeader: BlockHeader | undefined
  const sessionDeps: SessionDeps = {
    ...deps,
    publishers,
    plans: createPlanStore(deps.store),
    metrics,
    verifier: deps.verifier ?? portableVerifier,
    encoder: deps.encoder ?? batchEncoder,
    retry,
    onFormed: (plan, encoded) => shadow?.take(plan, encoded),
    onPending: (queue) => {
      oldestReceivedAt = queue.oldest?.receivedAt
      set({ pendingBlocks: queue.length, pendingBytes: queue.weight })
      metrics.pendingBlocks.set(queue.length)
      metrics.pendingBytes.set(queue.weight)
    },
    onHeader: (header) => {
      // What was seen stays known in its lineage, also when the claim it would be in is another's.
      if (isLater(header, lastHeader)) lastHeader = header
    },
    onPublished: (block) => {
      set({ published: block })
      metrics.publishedBlock.set(Number(block))
    },
    onClaimed: ({ number, lastHeader }) => {
      failures = 0
      set({ state: 'posting', claim: number, block: lastHeader.number, fault: undefined })
      metrics.claimedBatch.set(Number(number))
      metrics.claimedBlock.set(Number(lastHeader.number))
    },
  }
  const halt = (error: unknown): void => {
    metrics.halted.set(1)
    if (error instanceof CodedError) metrics.faults.inc({ code: error.fault.code })
    set({ state: 'halted', fault: error instanceof CodedError ? error.toJSON() : undefined })
    log.error({ err: error }, 'posting halted')
  }

  const post = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        const session = await Session.open(sessionDeps, settings, signal)
        set({ state: 'posting', fault: undefined })
        await session.run(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!canBeMended(error)) {
          halt(error)
          throw error
        }
        const waitMs = backoffMs(failures, settings)
        failures += 1
        onFault(error, waitMs)
        // An abort ends the wait; the loop's condition sees it.
        await clock.sleep(waitMs, signal).catch(() => undefined)
      }
    }
  }

  return {
    status: () => ({ ...status, layers: { core: publishers.core.status(), witness: publishers.witness.status() } }),
    layers: () => ({ core: publishers.core.active, witness: publishers.witness.active }),
    lastHeader: () => lastHeader,
    async run(signal) {
      const group = new AbortController()
      const inner = AbortSignal.any([signal, group.signal])
      const answers = deps.defence && new Answering({ ...sessionDeps, defence: deps.defence }, settings).run(inner)
      const copies = shadow?.run(inner)
      // Also what claims nothing answers; what it failed with is told in the end.
      for (const beside of [answers, copies]) beside?.catch(() => group.abort())
      try {
        await post(inner)
      } finally {
        group.abort()
        await Promise.all([answers, copies])
      }
      set({ state: 'stopped' })
      log.info({ claim: status.claim }, 'posting stopped')
    },
  }
}

/** Where a part may have gone before: the other part's layers, and those that were named for it. */
function othersThan(part: BatchPart, { layers, otherLayers }: BatcherDeps): readonly DataAvailability[] {
  return [...layers[part === 'core' ? 'witness' : 'core'], ...(otherLayers?.values() ?? [])]
}

function isLater(header: BlockHeader, than: BlockHeader | undefined): boolean {
  return than === undefined || !sameBytes(header.lineage, than.lineage) || header.number > than.number
}

/** A fault that says `later` is waited out. */
function passesLater(error: unknown): error is CodedError {
  return error instanceof CodedError && error.meaning.retry === 'later'
}

function canBeMended(error: unknown): error is CodedError {
  return error instanceof CodedError && (error.meaning.retry !== 'never' || mendedByANewSession.has(error.fault.code))
}

/** Why the batcher does not post now; undefined when it does. */
export function unreadyBecause({ state, fault }: BatcherStatus): string | undefined {
  if (state === 'posting') return undefined
  return fault === undefined
    ? `posting is in state ${state}`
    : `posting is in state ${state}: ${fault.code} ${fault.message}`
}
