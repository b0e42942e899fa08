import {
  type CodedError,
  type FollowWatch,
  type L2Confidence,
  type L2Position,
  SettlementError,
  type SettlementPage,
  type SettlementReader,
} from '@parley/protocol'
import { type Clock, following } from '@parley/runtime'
import type { Logger } from 'pino'

export interface FollowDeps {
  readonly settlement: SettlementReader
  readonly clock: Clock
  readonly log: Logger
}

/** What the L2 answers with and cannot be followed for, in this process; silence is none, for blocks wait for the L2 by themselves. */
export class L2Fault implements FollowWatch {
  current: CodedError | undefined

  answered(): void {
    this.current = undefined
  }

  failed(error: CodedError): void {
    this.current = error.fault.code === 'SETTLEMENT_UNAVAILABLE' ? undefined : error
  }
}

const backoff = { firstBackoffMs: 250, maxBackoffMs: 15_000 }

/** Whether waiting may heal it. */
const passes = (error: unknown): error is SettlementError =>
  error instanceof SettlementError && error.meaning.retry === 'later'

/**
 * Takes the L2's pages one by one until `signal`, starting again where it stood when the L2 does not answer.
 * @param cursor - Asked before each start.
 * @param watch - Told how asking goes.
 * @throws what `take` throws, and faults of the L2 that no retry can heal.
 */
export function followL2(
  { settlement, clock, log }: FollowDeps,
  confidence: L2Confidence,
  cursor: () => L2Position | undefined,
  take: (page: SettlementPage) => Promise<void>,
  watch: FollowWatch,
  signal: AbortSignal,
): Promise<void> {
  const onFault = (err: SettlementError, waitMs: number): void => {
    watch.failed(err)
    log.warn({ confidence, err, waitMs }, 'following the L2 failed, trying again')
  }
  return following(
    { open: (inner) => settlement.follow(cursor(), confidence, inner, watch), take },
    { ...backoff, clock, passes, onFault },
    signal,
  )
}
