import { ClientError, type SequencerClient } from '@parley/client'
import type { Prices } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { FinalityTracker } from '../progress/finality.ts'

/** Prices of the state as the sequencer tells them, in mwei. */
export async function pricesNow(client: Pick<SequencerClient, 'status'>, signal: AbortSignal): Promise<Prices> {
  return (await client.status(signal)).prices
}

export interface FinalityWatchDeps {
  readonly client: Pick<SequencerClient, 'status'>
  readonly tracker: FinalityTracker
  readonly clock: Clock
  readonly log: Logger
}

/** Follows what the sequencer says of finality until `signal`; it does not know of publications, so that claims stand for them. */
export async function watchFinality(
  { client, tracker, clock, log }: FinalityWatchDeps,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { finality } = await client.status(signal)
      for (const level of ['sealed', 'claimed', 'final'] as const) tracker.reach(level, finality[level], clock.now())
    } catch (error) {
      if (error instanceof ClientError && error.fault.code === 'ANSWER_INVALID') throw error
      // The load beside this gives up when the sequencer stays away.
      if (!signal.aborted) log.debug({ err: error }, 'sequencer does not answer')
    }
    // An abort ends the wait; the loop's condition sees it.
    await clock.sleep(everyMs, signal).catch(() => undefined)
  }
}
