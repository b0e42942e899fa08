import { Counter, Gauge, type Registry } from 'prom-client'

/** How following the L2 goes. */
export interface ReaderMetrics {
  readonly position: Gauge<'confidence'>
  readonly events: Counter<'kind'>
  readonly rollbacks: Counter
  readonly failures: Counter
}

export function createReaderMetrics(registry: Registry): ReaderMetrics {
  const registers = [registry]
  return {
    position: new Gauge({
      name: 'parley_l2_followed_block',
      help: 'Number of the L2 block up to which events were read',
      labelNames: ['confidence'],
      registers,
    }),
    events: new Counter({
      name: 'parley_l2_events_total',
      help: 'Events of the contracts by kind',
      labelNames: ['kind'],
      registers,
    }),
    rollbacks: new Counter({
      name: 'parley_l2_rollbacks_total',
      help: 'Reorganisations of the L2 that took events back',
      registers,
    }),
    failures: new Counter({
      name: 'parley_l2_read_failures_total',
      help: 'Times the L2 did not answer while it was followed',
      registers,
    }),
  }
}
