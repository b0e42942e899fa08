import { Counter, Gauge, type Registry } from 'prom-client'

export interface SignerMetrics {
  readonly signed: Counter
  readonly refused: Counter<'code'>
  readonly number: Gauge
}

/** @param closed - Lineages that a reorganisation of the L2 took back. */
export function createMetrics(registry: Registry, closed: () => number): SignerMetrics {
  const registers = [registry]
  new Gauge({
    name: 'parley_signer_closed_lineages',
    help: 'Lineages that a reorganisation of the L2 took back, in which nothing is signed any more',
    registers,
    collect() {
      this.set(closed())
    },
  })
  return {
    signed: new Counter({ name: 'parley_signer_signed_total', help: 'Headers that were signed', registers }),
    refused: new Counter({
      name: 'parley_signer_refused_total',
      help: 'Headers that were not signed, by why',
      labelNames: ['code'],
      registers,
    }),
    number: new Gauge({ name: 'parley_signer_number', help: 'Number of the header signed last', registers }),
  }
}
