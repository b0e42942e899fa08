import { createSenderMetrics, type SenderMetrics } from '@parley/transactions'
import type { Registry } from 'prom-client'
import { createReaderMetrics, type ReaderMetrics } from './events/reader-metrics.ts'

/** All metrics of this package. */
export interface SettlementMetrics {
  readonly reading: ReaderMetrics
  readonly sending: SenderMetrics
}

/** Registers them; once a registry. */
export function createSettlementMetrics(registry: Registry): SettlementMetrics {
  return { reading: createReaderMetrics(registry), sending: createSenderMetrics(registry) }
}
