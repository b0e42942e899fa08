import { Counter, Gauge, type Registry } from 'prom-client'

/** What an operator watches of where parts go. */
export interface PolicyMetrics {
  readonly active: Gauge<'part' | 'layer'>
  readonly fallbacks: Counter<'part' | 'from' | 'to' | 'code'>
}

export function createPolicyMetrics(registry: Registry): PolicyMetrics {
  const registers = [registry]
  return {
    active: new Gauge({
      name: 'parley_da_policy_active',
      help: '1 for the layer that a part goes to now',
      labelNames: ['part', 'layer'],
      registers,
    }),
    fallbacks: new Counter({
      name: 'parley_da_fallbacks_total',
      help: 'Switches of a part to another layer, by what caused them',
      labelNames: ['part', 'from', 'to', 'code'],
      registers,
    }),
  }
}
