import { collectDefaultMetrics, Registry } from 'prom-client'

/** The metrics of a process: its own memory, CPU, handles and collections of garbage from the start, the role's as it adds them. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
