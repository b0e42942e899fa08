import { collectDefaultMetrics, Registry } from 'prom-client'

let ofTheProcess: Registry | undefined

/** Memory, CPU, handles and collections of garbage. One for all: each brings observers that nothing takes away. */
function processMetrics(): Registry {
  if (ofTheProcess === undefined) {
    ofTheProcess = new Registry()
    collectDefaultMetrics({ register: ofTheProcess })
  }
  return ofTheProcess
}

/** The metrics of a process: its own from the start, the role's as it adds them. */
export function createRegistry(): Registry {
  return Registry.merge([processMetrics()])
}
