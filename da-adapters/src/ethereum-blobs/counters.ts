import type { SenderEvents } from '@parley/transactions'
import { Counter, Gauge, type Registry } from 'prom-client'
import { shared } from '../with-metrics.ts'

/** Counts what happens to blob transactions, and the publications without the confirmations asked for. */
export type BlobCounters = Pick<SenderEvents, 'count' | 'pending'>

export function createBlobCounters(registry: Registry): BlobCounters {
  const events = shared(registry, 'parley_da_blob_transactions_total', (name) => {
    return new Counter({
      name,
      help: 'What happened to blob transactions: sent, replaced, rejected, confirmed, reorged, nonce_taken, cancelled',
      labelNames: ['event'],
      registers: [registry],
    })
  })
  const waiting = shared(registry, 'parley_da_blob_publications_pending', (name) => {
    return new Gauge({ name, help: 'Publications that wait for confirmations on the L1', registers: [registry] })
  })
  return { count: (event) => events.inc({ event }), pending: (publications) => waiting.set(publications) }
}
