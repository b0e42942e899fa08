import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { SenderEvents } from './sender-events.ts'

/** How sending goes, by account. */
export interface SenderMetrics {
  readonly pending: Gauge<'account'>
  readonly settled: Counter<'account' | 'outcome'>
  readonly replacements: Counter<'account'>
  readonly inclusion: Histogram<'account'>
}

export function createSenderMetrics(registry: Registry): SenderMetrics {
  const registers = [registry]
  return {
    pending: new Gauge({
      name: 'parley_l2_transactions_pending',
      help: 'Transactions signed and not yet confirmed',
      labelNames: ['account'],
      registers,
    }),
    settled: new Counter({
      name: 'parley_l2_transactions_total',
      help: 'Transactions by how they ended: included, failed, cancelled, taken',
      labelNames: ['account', 'outcome'],
      registers,
    }),
    replacements: new Counter({
      name: 'parley_l2_fee_bumps_total',
      help: 'Transactions replaced at higher fees',
      labelNames: ['account'],
      registers,
    }),
    inclusion: new Histogram({
      name: 'parley_l2_transaction_confirmation_seconds',
      help: 'Time from the first signature to the last confirmation',
      labelNames: ['account'],
      buckets: [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600],
      registers,
    }),
  }
}

/** Counts what one account sends. */
export function senderEvents(
  { pending, settled, replacements, inclusion }: SenderMetrics,
  account: string,
): SenderEvents {
  return {
    count(event) {
      if (event === 'replaced') replacements.inc({ account })
    },
    pending: (transactions) => pending.set({ account }, transactions),
    ended(outcome, tookMs) {
      settled.inc({ account, outcome })
      if (tookMs !== undefined) inclusion.observe({ account }, tookMs / 1000)
    },
  }
}
