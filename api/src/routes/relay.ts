import { BlockHeaderType, SealedBlockType } from '@parley/protocol/light'
import { bytes, count, flag, uint64 } from '../codec/codec.ts'
import { described, object } from '../codec/composed.ts'
import { uint64OrWord } from '../codec/parameter.ts'
import { ssz } from '../codec/ssz.ts'
import { route, sszOctets } from '../route.ts'
import { healthRoutes } from './health.ts'

/** Routes of a relay that answer; its feeds are those of a sequencer. */
export const relayRoutes = {
  block: route({
    method: 'GET',
    path: '/v1/blocks/{number}',
    summary: 'A sealed block: its header, or whole as SSZ',
    params: { number: uint64OrWord('Number of the block, or `latest`', ['latest']) },
    answer: {
      octets: sszOctets('SealedBlock', SealedBlockType),
      json: object({ header: ssz(BlockHeaderType), headerRoot: bytes(32), signature: bytes(65), bytes: count }),
    },
    faults: ['BLOCK_UNKNOWN'],
    cost: 64,
    answerBytes: 1024 * 1024,
  }),
  status: route({
    method: 'GET',
    path: '/v1/status',
    summary: 'What is kept, and how far',
    answer: {
      json: object({
        ready: flag,
        lineage: bytes(32),
        first: described('First block kept', uint64),
        head: described('Last block', uint64),
        claimed: described('Last block of the last claim on the L2 that stands', uint64),
        bytes: described('Bytes of the blocks kept', uint64),
        subscriptions: described('Conversations followed live, by all feeds together', count),
      }),
    },
    faults: [],
  }),
  ...healthRoutes,
}
