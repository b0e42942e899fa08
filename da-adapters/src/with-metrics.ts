import { DaError, type DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { Counter, Histogram, type Registry } from 'prom-client'

export interface MetricsDeps {
  readonly registry: Registry
  readonly clock: Clock
}

/** Counts and times what goes through an adapter. Several adapters may share a registry: the layer is a label. */
export function withMetrics(da: DataAvailability, { registry, clock }: MetricsDeps): DataAvailability {
  const layer = da.name
  const seconds = shared(registry, 'parley_da_call_seconds', (name) => {
    return new Histogram({
      name,
      help: 'Time of one call to a DA layer, by its outcome: ok, a fault code, or aborted',
      labelNames: ['layer', 'method', 'outcome'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 5, 15, 60, 300],
      registers: [registry],
    })
  })
  const bytes = shared(registry, 'parley_da_bytes_total', (name) => {
    return new Counter({
      name,
      help: 'Bytes published to and retrieved from a DA layer',
      labelNames: ['layer', 'method'],
      registers: [registry],
    })
  })
  const cost = shared(registry, 'parley_da_cost_total', (name) => {
    return new Counter({
      name,
      help: 'What publications cost, in the token’s smallest unit (wei, utia); one found again counts again',
      labelNames: ['layer', 'token'],
      registers: [registry],
    })
  })

  async function timed<T>(method: string, call: () => Promise<T>): Promise<T> {
    const startedAt = clock.elapsed()
    const observe = (outcome: string) =>
      seconds.observe({ layer, method, outcome }, Math.max(0, clock.elapsed() - startedAt) / 1000)
    try {
      const result = await call()
      observe('ok')
      return result
    } catch (error) {
      observe(error instanceof DaError ? error.fault.code : 'aborted')
      throw error
    }
  }

  return {
    layer: da.layer,
    name: da.name,
    limits: () => da.limits(),
    quote: (size, signal) => timed('quote', () => da.quote(size, signal)),
    submit: (data, options, signal) =>
      timed('submit', async () => {
        const receipt = await da.submit(data, options, signal)
        bytes.inc({ layer, method: 'submit' }, data.length)
        const { token, amount } = receipt.cost
        cost.inc({ layer, token }, Number(amount))
        return receipt
      }),
    abandon: (digest, signal) => timed('abandon', () => da.abandon(digest, signal)),
    retrieve: (pointer, signal) =>
      timed('retrieve', async () => {
        const data = await da.retrieve(pointer, signal)
        bytes.inc({ layer, method: 'retrieve' }, data.length)
        return data
      }),
    status: (pointer, signal) => timed('status', () => da.status(pointer, signal)),
    audit: (pointer, signal) => timed('audit', () => da.audit(pointer, signal)),
    close: () => da.close(),
  }
}

/** The metric of this name, made by the first who asks. */
export function shared<M extends object>(registry: Registry, name: string, make: (name: string) => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? make(name)
}
