import { Counter, Gauge, type Registry } from 'prom-client'
import type { ContentStore } from '../store/content-store.ts'

export interface StoreMetrics {
  readonly taken: Counter<'class'>
  readonly served: Counter
  readonly acknowledged: Counter
}

/** Registers the metrics; what the store has is read when somebody asks. */
export function createMetrics(registry: Registry, store: ContentStore): StoreMetrics {
  const registers = [registry]
  const read = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `parley_store_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  read('contents', 'Contents that are kept', () => store.contents)
  read('bytes', 'Bytes of contents that are kept, each counted by its size class', () => store.bytes)
  read('free_bytes', 'Bytes that may still be stored', () => store.freeBytes)
  read('lost_contents', 'Contents whose block was not as it was stored when it was asked for', () => store.lost)
  return {
    taken: new Counter({
      name: 'parley_store_taken_total',
      help: 'Contents taken, by what they are kept for',
      labelNames: ['class'],
      registers,
    }),
    served: new Counter({ name: 'parley_store_served_bytes_total', help: 'Bytes of contents served', registers }),
    acknowledged: new Counter({ name: 'parley_store_acks_total', help: 'Acknowledgements taken', registers }),
  }
}
