import { Counter, type Registry } from 'prom-client'

export interface GatewayMetrics {
  readonly accepted: Counter<'operation'>
  readonly kept: Counter
  readonly broken: Counter
}

export function createMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry]
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `parley_gateway_${name}_total`, help, registers })
  return {
    accepted: new Counter({
      name: 'parley_gateway_accepted_total',
      help: 'Requests that were accepted and promised, by operation',
      labelNames: ['operation'],
      registers,
    }),
    kept: counter('kept', 'Transactions that were promised and included'),
    broken: counter('broken', 'Transactions that were promised and failed'),
  }
}
