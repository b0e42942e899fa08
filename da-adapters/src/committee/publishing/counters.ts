import { Counter, Gauge, type Registry } from 'prom-client'
import { shared } from '../../with-metrics.ts'

export interface CommitteeCounters {
  /** A round of asking all members ended. */
  round(outcome: 'certified' | 'failed', signed: number): void
}

export function createCommitteeCounters(registry: Registry): CommitteeCounters {
  const rounds = shared(registry, 'parley_da_committee_rounds_total', (name) => {
    return new Counter({
      name,
      help: 'Rounds of asking all members to store and sign, by outcome: certified, failed',
      labelNames: ['outcome'],
      registers: [registry],
    })
  })
  const healthy = shared(registry, 'parley_da_committee_healthy_members', (name) => {
    return new Gauge({ name, help: 'Members that signed in time in the last round', registers: [registry] })
  })
  return {
    round(outcome, signed) {
      rounds.inc({ outcome })
      healthy.set(signed)
    },
  }
}
