import { text } from '../codec/codec.ts'
import { object } from '../codec/composed.ts'
import { digestParameter } from '../codec/parameter.ts'
import { raw, route } from '../route.ts'
import { healthRoutes } from './health.ts'

const params = { digest: digestParameter('SHA-256 of the data') }

/** Routes of the local DA layer's server. @param maxBytes - Bytes of one publication at most. */
export function daRoutes(maxBytes: number) {
  return {
    data: route({
      method: 'GET',
      path: '/v1/data/{digest}',
      summary: 'Published data',
      params,
      answer: { octets: raw('The data') },
      faults: ['DA_MISSING', 'DA_UNAVAILABLE'],
      cost: 64,
      // Streamed: no more of it waits than the guard keeps room for.
    }),
    exists: route({
      method: 'HEAD',
      path: '/v1/data/{digest}',
      summary: 'Whether data is there, and its length',
      params,
      answer: {},
      faults: ['DA_MISSING', 'DA_UNAVAILABLE'],
      cost: 32,
    }),
    publish: route({
      method: 'PUT',
      path: '/v1/data/{digest}',
      summary: 'Publishes data: 201 when it is new, 200 when it was there. Needs the bearer token.',
      params,
      body: { octets: raw(`1 to ${maxBytes} bytes`) },
      answer: { json: object({ outcome: text }) },
      statuses: [200, 201],
      faults: ['DA_EMPTY', 'DA_UNAVAILABLE', 'FORBIDDEN', 'UNAUTHORIZED'],
      bodyLimit: maxBytes,
    }),
    ...healthRoutes,
  }
}
