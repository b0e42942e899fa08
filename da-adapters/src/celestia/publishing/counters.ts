import { Counter, type Registry } from 'prom-client'
import { shared } from '../../with-metrics.ts'

export type SubmissionEvent = 'sent' | 'included' | 'unclear' | 'found' | 'never_included' | 'turned_away'

/** Counts what became of submissions. */
export function createSubmissionCounter(registry: Registry): (event: SubmissionEvent) => void {
  const counter = shared(registry, 'parley_da_celestia_submissions_total', (name) => {
    return new Counter({
      name,
      help: 'What became of submissions to Celestia: sent, included, unclear, found, never_included, turned_away',
      labelNames: ['event'],
      registers: [registry],
    })
  })
  return (event) => counter.inc({ event })
}
