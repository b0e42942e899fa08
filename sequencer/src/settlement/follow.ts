import {
  type Clock,
  CodedError,
  type L2Confidence,
  type L2Position,
  type SettlementPage,
  type SettlementReader,
} from '@parley/protocol'
import type { Logger } from 'pino'

export interface FollowDeps {
  readonly settlement: SettlementReader
  readonly clock: Clock
  readonly log: Logger
}

const firstBackoffMs = 250
const maxBackoffMs = 15_000

/**
 * Takes the L2's pages one by one until `signal`, starting again where it stood when the L2 does not answer.
 * @param cursor - Asked before each start.
 * @throws what `take` throws, and faults of the L2 that no retry can heal.
 */
export async function followL2(
  deps: FollowDeps,
  confidence: L2Confidence,
  cursor: () => L2Position | undefined,
  take: (page: SettlementPage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const failed = await followOnce(deps, confidence, cursor(), take, signal, () => {
      failures = 0
    })
    if (failed === undefined) continue
    const waitMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** failures)
    failures += 1
    deps.log.warn({ confidence, err: failed, waitMs }, 'following the L2 failed, trying again')
    await deps.clock.sleep(waitMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

/** Follows until the stream ends; returns the fault when waiting may heal it. */
async function followOnce(
  { settlement }: FollowDeps,
  confidence: L2Confidence,
  cursor: L2Position | undefined,
  take: (page: SettlementPage) => Promise<void>,
  signal: AbortSignal,
  progressed: () => void,
): Promise<CodedError | undefined> {
  const pages = settlement.follow(cursor, confidence, signal)[Symbol.asyncIterator]()
  try {
    while (true) {
      const page = await nextPage(pages)
      if (page instanceof CodedError) return page
      if (page === undefined) return undefined
      await take(page)
      progressed()
    }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    await pages.return?.()
  }
}

async function nextPage(pages: AsyncIterator<SettlementPage>): Promise<SettlementPage | CodedError | undefined> {
  try {
    const result = await pages.next()
    return result.done === true ? undefined : result.value
  } catch (error) {
    if (error instanceof CodedError && error.meaning.retry === 'later') return error
    throw error
  }
}
