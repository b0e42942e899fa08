import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { StreamHistory } from './history.ts'

/** What a replica tells while it reads along or leads. */
export interface ReplicaMetrics {
  readonly append: Histogram
  readonly unanswered: Counter
  readonly connections: Counter
}

/** @param leads - whether this replica leads, as far as it knows */
export function replicaMetrics(registry: Registry, history: StreamHistory, leads: () => boolean): ReplicaMetrics {
  const registers = [registry]
  const shown = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  shown('parley_journal_leads', '1 while this replica leads', () => Number(leads()))
  shown('parley_journal_term', 'Term of the leader that was read last', () => Number(history.place.term))
  shown('parley_journal_sequence', 'Messages of the stream that were read', () => history.place.sequence)
  shown('parley_journal_records', 'Records that count among them', () => Number(history.place.next))
  shown('parley_journal_skipped', 'Messages since the start that do not count', () => history.skipped)
  return {
    append: new Histogram({
      name: 'parley_journal_append_seconds',
      help: 'From sending one message of records or a heartbeat until the servers have it',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
      registers,
    }),
    unanswered: new Counter({
      name: 'parley_journal_unanswered_total',
      help: 'Calls that no server answered, and connections that were lost',
      registers,
    }),
    connections: new Counter({
      name: 'parley_journal_connections_total',
      help: 'Connections made to a server',
      registers,
    }),
  }
}
