import { anything } from '../codec/codec.ts'
import { route } from '../route.ts'
import { healthRoutes } from './health.ts'

/** Routes of the batcher, which has no API beyond its status. */
export const batcherRoutes = {
  status: route({
    method: 'GET',
    path: '/v1/status',
    summary: 'What was published and claimed, and what keeps it from going on',
    answer: { json: anything },
    faults: [],
  }),
  latestBlock: route({
    method: 'GET',
    path: '/v1/blocks/latest',
    summary: 'The last header that it read from the sequencer',
    answer: { json: anything },
    faults: ['BLOCK_UNKNOWN'],
  }),
  ...healthRoutes,
}
