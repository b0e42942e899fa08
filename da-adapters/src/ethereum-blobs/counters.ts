import { Counter, Gauge, type Registry } from 'prom-client'
import { shared } from '../with-metrics.ts'

/** What happens to blob transactions. */
type BlobEvent = 'sent' | 'replaced' | 'rejected' | 'confirmed' | 'reorged' | 'nonce_taken' | 'cancelled'

export interface BlobCounters {
  count(event: BlobEvent): void
  /** Publications without the confirmations asked for. */
  pending(publications: number): void
}

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
