import {
  type ChainConfig,
  CodedError,
  knownRules,
  type L2Confidence,
  type SettlementEvent,
  type SettlementReader,
  unknownRules,
} from '@parley/protocol'
import { type BackoffOptions, type Clock, following } from '@parley/runtime'
import type { Logger } from 'pino'
import type { L2Contact } from './contact.ts'
import type { L2Log } from './l2-log.ts'

/** Told what the L2 told, before anybody else is, and again when it could not be taken in whole. */
export interface PageWatch {
  takeEvents(events: readonly SettlementEvent[], signal: AbortSignal): Promise<void>
}

export interface FollowDeps {
  readonly settlement: SettlementReader
  readonly l2: L2Log
  readonly clock: Clock
  readonly log: Logger
  readonly contact: L2Contact
  readonly watch: PageWatch
}

/** Whether the L2 may answer otherwise when it is asked again. */
const passes = (error: unknown): error is CodedError =>
  error instanceof CodedError && error.fault.code !== 'STORE_INVALID'

/**
 * L2 events → log, page by page, from the cursor on, until the signal aborts. A failing L2 is asked again.
 * @param config - Of the deployment: its lineage and fees.
 * @throws errors without a code, and faults of the store.
 */
export function followL2(
  { settlement, l2, clock, log, contact, watch }: FollowDeps,
  config: ChainConfig,
  confidence: L2Confidence,
  backoff: BackoffOptions,
  signal: AbortSignal,
): Promise<void> {
  return following(
    {
      open: (inner) => settlement.follow(l2.cursor, confidence, inner, contact),
      async take(page) {
        await watch.takeEvents(page.events, signal)
        await l2.apply(page, config.genesis.lineage)
        contact.answered()
        if (page.caughtUp && !contact.caughtUp) {
          contact.caughtUp = true
          // Whoever waits for claims learns that there are no more of them, too.
          l2.wake()
        }
        if (page.events.some(({ kind }) => kind === 'rules')) warnOfUnknownRules(l2, config, log)
        if (page.events.length > 0)
          log.debug({ events: page.events.length, l2Block: page.cursor.blockNumber }, 'L2 events')
      },
    },
    {
      ...backoff,
      clock,
      passes,
      onFault(error) {
        contact.failed(error)
        log.warn({ fault: error.toJSON() }, 'following the L2 failed, trying again')
      },
    },
    signal,
  )
}

/** From the announcement on, so that there is time to install a version that knows them. */
function warnOfUnknownRules({ summary }: L2Log, { fees }: ChainConfig, log: Logger): void {
  const unknown = unknownRules(summary?.rules ?? [], fees)
  if (unknown !== undefined)
    log.warn(
      { from: unknown.from, rules: unknown.number, known: knownRules },
      'RULES_UNKNOWN: rules are announced that this version does not know; it stops at their time',
    )
}
