import { Counter, type Registry } from 'prom-client'
import { shared } from './with-metrics.ts'

/** Counts what each source of a layer answered, as one word. */
export function sourceAnswers(registry: Registry, layer: string): (source: string, answer: string) => void {
  const answers = shared(registry, 'parley_da_source_answers_total', (name) => {
    return new Counter({
      name,
      help: 'Answers of each source of a layer’s data: served, missing, not_yet, pruned, corrupt, unavailable',
      labelNames: ['layer', 'source', 'answer'],
      registers: [registry],
    })
  })
  return (source, answer) => answers.inc({ layer, source, answer })
}
