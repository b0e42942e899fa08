import { type Clock, CodedError, type L2Confidence, type SettlementReader } from '@parley/protocol'
import type { Logger } from 'pino'
import { type BackoffOptions, backoffMs, pause } from '../retry.ts'
import type { L2Log } from './l2-log.ts'

export interface FollowDeps {
  readonly settlement: SettlementReader
  readonly l2: L2Log
  readonly clock: Clock
  readonly log: Logger
  readonly onFault: (error: CodedError) => void
}

/**
 * L2 events → log, page by page, from the cursor on, until the signal aborts. A failing L2 is asked again.
 * @param genesisLineage - Lineage at the deployment.
 * @throws errors without a code, and faults of the store.
 */
export async function followL2(
  deps: FollowDeps,
  genesisLineage: Uint8Array,
  confidence: L2Confidence,
  backoff: BackoffOptions,
  signal: AbortSignal,
): Promise<void> {
  const { settlement, l2, clock, log, onFault } = deps
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const page of settlement.follow(l2.cursor, confidence, signal)) {
        await l2.apply(page, genesisLineage)
        failures = 0
        if (page.events.length > 0)
          log.debug({ events: page.events.length, l2Block: page.cursor.blockNumber }, 'L2 events')
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CodedError) || error.fault.code === 'STORE_INVALID') throw error
      onFault(error)
      log.warn({ fault: error.toJSON() }, 'following the L2 failed, trying again')
    }
    await pause(clock, backoffMs(failures, backoff), signal)
    failures += 1
  }
}
