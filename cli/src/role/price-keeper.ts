import { SettlementError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'

/** Where prices come from: what the L2 knows of its L1, or what the layers ask for. */
export type PriceSourceName = 'l2' | 'layers'

export interface PriceSource {
  readonly name: PriceSourceName
  /** Moves prices as far as the contract lets it. @returns whether there was anything to move. */
  push(signal: AbortSignal): Promise<boolean>
}

export interface PriceKeeperDeps {
  readonly sources: readonly PriceSource[]
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/**
 * Moves the L3's prices after their sources, looking every `everyMs` until `signal`; the contract bounds how often and how
 * far. A failure is logged and counted and the next look tries again: batches do not wait for prices, nor one source for
 * another. On an L2 that has no L1Block predeploy its source ends, and what follows it stays at the prices of the genesis.
 */
export async function keepPrices(deps: PriceKeeperDeps, everyMs: number, signal: AbortSignal): Promise<void> {
  const about = { registers: [deps.registry], labelNames: ['source'] as const }
  const counts: PriceCounts = {
    pushes: new Counter({ ...about, name: 'parley_price_pushes_total', help: 'Price items queued on the L2' }),
    failures: new Counter({
      ...about,
      name: 'parley_price_push_failures_total',
      help: 'Looks at the prices that failed',
    }),
  }
  await Promise.all(deps.sources.map((source) => keep(source, deps, counts, everyMs, signal)))
}

interface PriceCounts {
  readonly pushes: Counter<'source'>
  readonly failures: Counter<'source'>
}

async function keep(
  source: PriceSource,
  { clock, log }: PriceKeeperDeps,
  counts: PriceCounts,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const label = { source: source.name }
  counts.pushes.inc(label, 0)
  counts.failures.inc(label, 0)
  while (!signal.aborted) {
    try {
      await clock.sleep(everyMs, signal)
      if (await source.push(signal)) counts.pushes.inc(label)
    } catch (error) {
      if (signal.aborted) return
      counts.failures.inc(label)
      if (error instanceof SettlementError && error.fault.code === 'L1_BLOCK_MISSING') {
        log.warn(
          { err: error },
          'prices stay as they are: this L2 has no OP Stack fee contracts. Set batcher.pushPrices to false',
        )
        return
      }
      log.warn({ err: error, ...label }, 'prices could not be updated; the next interval tries again')
    }
  }
}
