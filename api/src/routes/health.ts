import { constant } from '../codec/codec.ts'
import { object } from '../codec/composed.ts'
import { route } from '../route.ts'

/** The routes that every process serves. */
export const healthRoutes = {
  healthz: route({
    method: 'GET',
    path: '/healthz',
    summary: 'Answers as long as the process can go on; 503 once it cannot, with the reason',
    answer: { json: object({ healthy: constant(true) }) },
    faults: ['NOT_READY'],
    anyQuery: true,
    always: true,
  }),
  readyz: route({
    method: 'GET',
    path: '/readyz',
    summary: 'Whether the process does its job now; 503 when it does not, with the reason',
    answer: { json: object({ ready: constant(true) }) },
    faults: ['NOT_READY'],
    anyQuery: true,
    always: true,
  }),
  metrics: route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics in the text format of Prometheus',
    answer: { text: { type: 'text/plain', description: 'Metrics' } },
    faults: ['ROUTE_UNKNOWN'],
    anyQuery: true,
    cost: 64,
    answerBytes: 1024 * 1024,
    always: true,
  }),
}
