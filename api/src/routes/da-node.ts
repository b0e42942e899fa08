import { bytes, constant, count, text, uint64 } from '../codec/codec.ts'
import { described, nullable, object } from '../codec/composed.ts'
import { bytesParameter } from '../codec/parameter.ts'
import { raw, route } from '../route.ts'
import { healthRoutes } from './health.ts'
import { uint32 } from './places.ts'

const params = { chunkRoot: bytesParameter('Root of the part’s chunks', 32) }

/** Header of requests that a claimer signs: what may be stored and attested to, and until when. */
export const authorityHeader = 'parley-request'

/** What a signature costs to check, in tokens: some 3 ms of a core. */
const signatureCost = 800

const refusals = ['AUTHORITY_INVALID', 'AUTHORITY_UNKNOWN', 'EPOCH_OTHER', 'COMMITTEE_WITHOUT', 'NOT_READY']

const status = object({
  address: described('The member’s, by which its signatures are known', bytes(20)),
  committee: described('Contract of the committee on the L2', bytes(20)),
  chainId: uint64,
  time: described('The L2’s time, seconds', nullable(uint64)),
  epoch: described(
    'The epoch that runs, and the member’s place in it',
    nullable(object({ number: uint32, place: nullable(count) })),
  ),
  maxPartBytes: count,
  maxRetentionSeconds: count,
  parts: object({
    count,
    bytes: count,
    lost: described('Parts that were attested to and are no longer on the disk', count),
  }),
  freeBytes: described('Bytes that may still be stored', count),
  pricePerGiBDay: described('What the operator asks for, wei a GiB and day', uint64),
  version: text,
})

/** Routes of a DA node, a committee’s member. @param maxBytes - Bytes of one part at most. */
export function daNodeRoutes(maxBytes: number) {
  return {
    store: route({
      method: 'PUT',
      path: '/v1/parts',
      summary: `Stores a part of a batch until what its claimer asked for. Needs the header ${authorityHeader}, signed by a claimer.`,
      body: { octets: raw(`1 to ${maxBytes} bytes`) },
      answer: { json: object({ chunkRoot: bytes(32), stored: constant(true) }) },
      faults: [...refusals, 'PART_OTHER', 'PART_MALFORMED', 'PART_LENGTH_OTHER', 'CLAIMER_QUOTA', 'DISK_FULL'],
      cost: signatureCost,
      bodyLimit: maxBytes,
    }),
    attest: route({
      method: 'POST',
      path: '/v1/attest',
      summary: `Signs that the parts are stored and will be served until then. Needs the header ${authorityHeader}, which names them, signed by a claimer.`,
      answer: { json: object({ signature: bytes(64) }) },
      faults: [...refusals, 'PART_NOT_STORED'],
      // Its own signature, too.
      cost: 2 * signatureCost,
    }),
    part: route({
      method: 'GET',
      path: '/v1/parts/{chunkRoot}',
      summary: 'A part that is stored, whole, or a range of its bytes by `Range`',
      params,
      answer: { octets: raw('The part') },
      statuses: [200, 206],
      faults: ['PART_UNKNOWN', 'PART_EXPIRED', 'PART_LOST', 'RANGE_UNSATISFIABLE'],
      cost: 64,
      // Streamed: no more of it waits than the guard keeps room for.
    }),
    has: route({
      method: 'HEAD',
      path: '/v1/parts/{chunkRoot}',
      summary: 'Whether a part is stored, and its length',
      params,
      answer: {},
      faults: ['PART_UNKNOWN', 'PART_EXPIRED', 'PART_LOST'],
      cost: 32,
    }),
    status: route({
      method: 'GET',
      path: '/v1/status',
      summary: 'Who the member is, what it stores and what it may still take',
      answer: { json: status },
      faults: [],
      cost: 32,
    }),
    ...healthRoutes,
  }
}
