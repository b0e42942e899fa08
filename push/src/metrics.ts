import { Counter, Gauge, type Registry } from 'prom-client'
import type { Registrations } from './registrations/registrations.ts'

/** Everything that it reports to Prometheus. */
export interface PushMetrics {
  readonly wakes: Counter<'kind' | 'outcome'>
}

/** Registers the metrics; what there is is read when somebody asks. */
export function createMetrics(
  registry: Registry,
  { registrations, waiting }: { readonly registrations: Registrations; readonly waiting: () => number },
): PushMetrics {
  const registers = [registry]
  const read = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `parley_push_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  read('registrations', 'Devices that are registered', () => registrations.count)
  read('waiting', 'Registrations that are to be woken, and wake-ups under way', waiting)
  const labelNames = ['kind', 'outcome'] as const
  return {
    wakes: new Counter({
      name: 'parley_push_wakes_total',
      help: 'Wake-ups by what became of them',
      labelNames,
      registers,
    }),
  }
}
