import type { Clock } from '@parley/protocol'
import type { ClaimerSettlement } from '@parley/settlement'
import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'

export interface PriceKeeperDeps {
  readonly settlement: Pick<ClaimerSettlement, 'pushPrices'>
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/**
 * Moves the L3's prices after what the L2 knows of its L1, looking every `everyMs` until `signal`; the contract bounds how
 * often and how far. A failure is logged and counted and the next look tries again: batches do not wait for prices, and
 * an L2 that has no L1Block predeploy keeps those of the genesis.
 */
export async function keepPrices(deps: PriceKeeperDeps, everyMs: number, signal: AbortSignal): Promise<void> {
  const { settlement, clock, log, registry } = deps
  const registers = [registry]
  const pushes = new Counter({ name: 'parley_price_pushes_total', help: 'Price items queued on the L2', registers })
  const failures = new Counter({
    name: 'parley_price_push_failures_total',
    help: 'Looks at the prices that failed',
    registers,
  })
  while (!signal.aborted) {
    try {
      await clock.sleep(everyMs, signal)
      if (await settlement.pushPrices(signal)) pushes.inc()
    } catch (error) {
      if (signal.aborted) return
      failures.inc()
      log.warn({ err: error }, 'prices not pushed')
    }
  }
}
