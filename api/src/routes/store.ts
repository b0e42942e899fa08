import { cidParameter } from '../codec/cid.ts'
import { bytes, constant, count, text, uint64 } from '../codec/codec.ts'
import { described, object } from '../codec/composed.ts'
import { digestParameter, type Parameter } from '../codec/parameter.ts'
import { raw, route } from '../route.ts'
import { healthRoutes } from './health.ts'

const digest = digestParameter('SHA-256 of the content')

const cid = cidParameter('CIDv1 of the content: raw, sha2-256, base32 in lower case')

/** How trustless gateways are asked. */
export const formatParameter: Parameter<'raw'> = {
  description: 'The form of the answer: raw, as trustless gateways have it',
  schema: { enum: ['raw'] },
  expected: 'raw',
  parse: (given) => (given === 'raw' ? given : undefined),
  format: (value) => value,
}

/** What a trustless gateway answers with. */
export const rawBlockType = 'application/vnd.ipld.raw'

/** What a signature costs to check, in tokens. */
const signatureCost = 64

const status = object({
  contents: count,
  bytes: described('Bytes of contents, each counted by its size class', count),
  freeBytes: described('Bytes that may still be stored', count),
  maxContentBytes: count,
  retentionMs: described(
    'Milliseconds for which contents are kept, by what they are kept for',
    object({ application: count, handshake: count, invite: count, attachment: count }),
  ),
  graceMs: described('Milliseconds for which a content stays once all its readers have acknowledged it', count),
  version: text,
})

/** Routes of a store of contents. @param maxPutBytes - Bytes of one body that stores a content. */
export function storeRoutes(maxPutBytes: number) {
  return {
    put: route({
      method: 'PUT',
      path: '/v1/contents/{digest}',
      summary:
        'Stores a content for its readers: class uint8, number of commitments uint8, SHA-256(ack key, digest) of each reader, then the content.',
      params: { digest },
      body: { octets: raw(`3 to ${maxPutBytes} bytes`) },
      answer: {
        json: object({
          digest: bytes(32),
          retainUntil: described('Milliseconds since 1970 until which it is kept', uint64),
        }),
      },
      faults: ['CONTENT_INVALID', 'CONTENT_OTHER', 'STORE_FULL', 'UNAUTHORIZED', 'NOT_READY'],
      cost: signatureCost,
      bodyLimit: maxPutBytes,
    }),
    ack: route({
      method: 'POST',
      path: '/v1/contents/{digest}/acks',
      summary:
        'Acknowledges a content for one of its readers: Ed25519 key, then its signature over the tag parley/ack/1 and the digest.',
      params: { digest },
      body: { octets: raw('96 bytes') },
      answer: { json: object({ acknowledged: constant(true) }) },
      faults: ['ACK_INVALID', 'ACK_UNKNOWN', 'CONTENT_UNKNOWN'],
      cost: signatureCost,
    }),
    block: route({
      method: 'GET',
      path: '/ipfs/{cid}',
      summary: 'A content as a raw block, as trustless gateways serve it',
      params: { cid },
      query: { format: formatParameter },
      answer: { octets: { ...raw('The content'), type: rawBlockType } },
      faults: ['CONTENT_UNKNOWN', 'CONTENT_LOST'],
      cost: 64,
      answerBytes: maxPutBytes,
    }),
    has: route({
      method: 'HEAD',
      path: '/ipfs/{cid}',
      summary: 'Whether a content is stored, and its length',
      params: { cid },
      query: { format: formatParameter },
      answer: {},
      faults: ['CONTENT_UNKNOWN'],
      cost: 32,
    }),
    status: route({
      method: 'GET',
      path: '/v1/status',
      summary: 'What the store keeps, for how long, and what it may still take',
      answer: { json: status },
      faults: [],
      cost: 32,
    }),
    ...healthRoutes,
  }
}
