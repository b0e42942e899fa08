import { cidParameter } from '../codec/cid.ts'
import { bytes, constant, count, text, uint64, word } from '../codec/codec.ts'
import { described, list, object } from '../codec/composed.ts'
import {
  bytesParameter,
  digestParameter,
  integerParameter,
  rootParameter,
  uint64Parameter,
} from '../codec/parameter.ts'
import { raw, route } from '../route.ts'
import { healthRoutes } from './health.ts'
import { formatParameter, rawBlockType } from './store.ts'

/** Bounds of requests to a post-delivery service. */
export const pdsRouteLimits = {
  /** Bytes of a scope, and of an archive segment. */
  bodyBytes: 1_048_576,
  /** Bytes of an answer. */
  answerBytes: 4_194_304,
  /** Contents asked after at once. */
  wanted: 256,
} as const

const authorized = [
  'AUTHORIZATION_INVALID',
  'AUTHORIZATION_OLD',
  'AUTHORIZATION_REPEATED',
  'INSTALLATION_UNKNOWN',
  'USER_UNKNOWN',
  'PDS_BEHIND',
] as const

/** What a statement is sent as. */
const statement = { octets: raw('Signature of 65 bytes, then the statement as SSZ') }

/** A signature to check, one to make, and a reading of the L2 now and then. */
const cost = 256

const digest = digestParameter('SHA-256 of the segment')
const cid = cidParameter('CIDv1 of the content: raw, sha2-256, base32 in lower case')
const shard = integerParameter('Shard of the conversation', 0, 63)
const index = integerParameter('Index of the conversation in its shard', 0, 2 ** 32 - 1)

const about = object({
  chainId: uint64,
  rollup: bytes(20),
  directory: bytes(20),
  publicInbox: bytes(20),
  key: described('Address of the key that signs what the service says', bytes(20)),
  scopes: described('Scopes that it takes', list(word(['none', 'blind', 'sender', 'sender+leaf', 'full']), 8)),
  reputation: described('Where rules look how a sender stands; zeros where they do not', bytes(20)),
  users: count,
  maxUsers: count,
  archiveBytesPerUser: count,
  contentMs: described('Milliseconds for which a content is kept', count),
  checkpointEveryMs: count,
  version: text,
})

/** Routes of a post-delivery service. Who asks is said by the header `Authorization`. */
export const pdsRoutes = {
  about: route({
    method: 'GET',
    path: '/v1/pds',
    summary: 'Whom the service serves, by which key, and within which bounds',
    answer: { json: about },
    faults: [],
    cost: 32,
  }),
  scope: route({
    method: 'PUT',
    path: '/v1/users/{identity}/scope',
    summary: 'Has the service follow what the scope names, and judge by its rules; `none` ends that',
    params: { identity: bytesParameter('Address of the identity', 20) },
    body: { octets: raw('Scope as SSZ') },
    answer: statement,
    faults: [...authorized, 'SCOPE_INVALID', 'SCOPE_UNSUPPORTED', 'SCOPE_OLD', 'USERS_FULL'],
    cost: 4_096,
    bodyLimit: pdsRouteLimits.bodyBytes,
  }),
  inbox: route({
    method: 'GET',
    path: '/v1/inbox',
    summary: 'Invites in the order of the public inbox, what is hidden marked, with count and head as of an L2 block',
    query: { cursor: uint64Parameter('Number of the first invite') },
    answer: statement,
    faults: authorized,
    cost,
    answerBytes: 65_536,
  }),
  conversations: route({
    method: 'GET',
    path: '/v1/conversations',
    summary: 'Conversations of which something is new, with their heads by the feed and as proven',
    query: { since: uint64Parameter('What an earlier answer said to ask for next') },
    answer: statement,
    faults: authorized,
    cost,
    answerBytes: 65_536,
  }),
  record: route({
    method: 'GET',
    path: '/v1/conversations/{shard}/{index}/record',
    summary: 'Entries of one record, messages and changes counted together',
    params: { shard, index },
    query: { from: uint64Parameter('Number of the first entry') },
    answer: statement,
    faults: [...authorized, 'RECORD_UNKNOWN'],
    cost,
    answerBytes: pdsRouteLimits.answerBytes,
  }),
  hidden: route({
    method: 'GET',
    path: '/v1/hidden',
    summary: 'What was hidden, by which rule and on which facts',
    query: { cursor: uint64Parameter('Number of the first invite that is looked at') },
    answer: statement,
    faults: authorized,
    cost,
    answerBytes: 131_072,
  }),
  checkpoint: route({
    method: 'GET',
    path: '/v1/checkpoint',
    summary: 'The newest checkpoint, with its own signature',
    answer: statement,
    faults: [...authorized, 'CHECKPOINT_NONE'],
    cost,
    answerBytes: 524_288,
  }),
  want: route({
    method: 'POST',
    path: '/v1/want',
    summary: `Which of up to ${pdsRouteLimits.wanted} contents are here, and until when; what is not is looked for`,
    body: { octets: raw('Digests of 32 bytes, one after the other') },
    answer: statement,
    faults: authorized,
    cost,
    bodyLimit: 32 * pdsRouteLimits.wanted,
  }),
  putSegment: route({
    method: 'PUT',
    path: '/v1/archive/{digest}',
    summary: 'Stores an archive segment, which the service cannot read',
    params: { digest },
    body: { octets: raw(`1 to ${pdsRouteLimits.bodyBytes} bytes`) },
    answer: { json: object({ stored: constant(true) }) },
    faults: [...authorized, 'SEGMENT_OTHER', 'ARCHIVE_FULL'],
    cost: 1_024,
    bodyLimit: pdsRouteLimits.bodyBytes,
  }),
  segment: route({
    method: 'GET',
    path: '/v1/archive/{digest}',
    summary: 'An archive segment of the user',
    params: { digest },
    answer: { octets: raw('The segment') },
    faults: [...authorized, 'SEGMENT_UNKNOWN'],
    cost,
    answerBytes: pdsRouteLimits.bodyBytes,
  }),
  segments: route({
    method: 'GET',
    path: '/v1/archive',
    summary: 'Digests and lengths of the user’s segments, in order of digests',
    query: { after: rootParameter('Digest behind which to go on') },
    answer: statement,
    faults: authorized,
    cost,
    answerBytes: 65_536,
  }),
  block: route({
    method: 'GET',
    path: '/ipfs/{cid}',
    summary: 'A mirrored content as a raw block, as trustless gateways serve it',
    params: { cid },
    query: { format: formatParameter },
    answer: { octets: { ...raw('The content'), type: rawBlockType } },
    faults: ['CONTENT_UNKNOWN', 'CONTENT_LOST'],
    cost: 64,
    answerBytes: pdsRouteLimits.bodyBytes,
  }),
  has: route({
    method: 'HEAD',
    path: '/ipfs/{cid}',
    summary: 'Whether a content is mirrored, and its length',
    params: { cid },
    query: { format: formatParameter },
    answer: {},
    faults: ['CONTENT_UNKNOWN'],
    cost: 32,
  }),
  ...healthRoutes,
}
