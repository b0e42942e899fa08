import type { SequencerClient } from '@parley/client'
import type { Clock, Prices } from '@parley/protocol'
import type { Logger } from 'pino'
import { CliError } from '../faults.ts'
import type { FinalityTracker } from '../progress/finality.ts'

type Json = Readonly<Record<string, unknown>>

function uint64Of(table: unknown, field: string): bigint {
  const value = (table as Json | undefined)?.[field]
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value))
    throw new CliError({ code: 'ANSWER_INVALID', server: 'sequencer', field, reason: 'is no decimal number' })
  return BigInt(value)
}

/** Prices of the state as the sequencer tells them, in mwei. */
export async function pricesNow(client: Pick<SequencerClient, 'status'>, signal: AbortSignal): Promise<Prices> {
  const { prices } = await client.status(signal)
  return {
    dataByte: uint64Of(prices, 'dataByte'),
    settlement: uint64Of(prices, 'settlement'),
    stateByte: uint64Of(prices, 'stateByte'),
  }
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
      for (const level of ['sealed', 'claimed', 'final'] as const)
        tracker.reach(level, uint64Of(finality, level), clock.now())
    } catch (error) {
      if (error instanceof CliError) throw error
      // The load beside this gives up when the sequencer stays away.
      if (!signal.aborted) log.debug({ err: error }, 'sequencer does not answer')
    }
    // An abort ends the wait; the loop's condition sees it.
    await clock.sleep(everyMs, signal).catch(() => undefined)
  }
}
