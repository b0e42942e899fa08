import { Gauge, type Registry } from 'prom-client'
import type { RelayChain } from './relay-chain.ts'

/** Everything a relay reports to Prometheus. */
export interface Metrics {
  readonly feeds: Gauge<'feed'>
}

/** Registers the metrics; what the chain has is read when somebody asks. */
export function createMetrics(registry: Registry, chain: () => RelayChain): Metrics {
  const registers = [registry]
  const read = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `parley_relay_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  read('head_block', 'Number of the last block', () => Number(chain().head))
  read('first_block', 'Number of the first block kept', () => Number(chain().first))
  read('kept_bytes', 'Bytes of the blocks kept', () => Number(chain().store.bytesKept))
  read('subscriptions', 'Conversations followed live, by all feeds together', () => chain().fanOut.liveSubscriptions)
  return { feeds: new Gauge({ name: 'parley_relay_feeds', help: 'Open feeds', labelNames: ['feed'], registers }) }
}
