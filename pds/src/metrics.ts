import type { ContentStore } from '@parley/content/store'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Places } from './state/places.ts'
import type { Users } from './state/users.ts'

export interface PdsMetrics {
  readonly answered: Counter<'kind'>
  readonly checkpoints: Counter
  readonly served: Counter
}

export interface MetricsDeps {
  readonly users: Users
  readonly places: Places
  readonly mirror: ContentStore
}

/** Registers the metrics; what there is is read when somebody asks. */
export function createMetrics(registry: Registry, { users, places, mirror }: MetricsDeps): PdsMetrics {
  const registers = [registry]
  const read = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `parley_pds_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  read('users', 'Users who gave a scope', () => users.count)
  read('conversations', 'Conversations that are followed for users', () => places.count)
  read('contents', 'Contents that are mirrored', () => mirror.contents)
  read('content_bytes', 'Bytes of contents that are mirrored, each counted by its size class', () => mirror.bytes)
  read('free_bytes', 'Bytes of contents that may still be mirrored', () => mirror.freeBytes)
  read('lost_contents', 'Contents whose block was not as it was stored when it was asked for', () => mirror.lost)
  return {
    answered: new Counter({
      name: 'parley_pds_statements_total',
      help: 'Statements that were signed, by kind',
      labelNames: ['kind'],
      registers,
    }),
    checkpoints: new Counter({ name: 'parley_pds_checkpoints_total', help: 'Checkpoints made', registers }),
    served: new Counter({ name: 'parley_pds_served_bytes_total', help: 'Bytes of contents served', registers }),
  }
}
