import {
  AccountType,
  BlockHeaderType,
  ConversationType,
  limits,
  messageReceiptBytes,
  PricesType,
  refusalNumbers,
  SealedBlockType,
  SignedMessageType,
  SignedOperationType,
  signedMessageBytes,
} from '@parley/protocol/light'
import { amount, anything, bytes, type Codec, constant, count, flag, text, uint64, word } from '../codec/codec.ts'
import { described, list, nullable, object, objectSchema } from '../codec/composed.ts'
import { bytesParameter, integerParameter, uint64OrWord, uint64Parameter } from '../codec/parameter.ts'
import { ssz } from '../codec/ssz.ts'
import { feedLimits } from '../feed/frame-types.ts'
import { raw, route, sszOctets } from '../route.ts'
import { healthRoutes } from './health.ts'
import { place, shard, uint32 } from './places.ts'

const bytes32 = bytes(32)
const prices = ssz(PricesType)

/** JSON bodies are refused beyond it: they are for people, programs send octets. */
export const maxJsonBytes = 64 * 1024

/** Bytes of the longest operation with its signatures, rounded up; and the same in JSON. */
export const maxOperationBytes = 8 * 1024
const maxOperationJsonBytes = 32 * 1024

/** Entries of one answer about those that fell with a removal. */
export const fallenEntriesAtOnce = 256

/** How a message or an operation fared. */
export type OutcomeAnswer =
  | { readonly accepted: true; readonly block: bigint; readonly position: bigint }
  | { readonly accepted: false; readonly fault: object }

const accepted = object({ accepted: constant(true), block: uint64, position: uint64 })
const refused = object({ accepted: constant(false), fault: anything })
const outcome: Codec<OutcomeAnswer> = {
  schema: {
    oneOf: [
      accepted.schema,
      objectSchema({ accepted: { const: false }, fault: { $ref: '#/components/schemas/Fault' } }),
    ],
  },
  encode: (value) => (value.accepted ? accepted.encode(value) : refused.encode(value)),
  decode(json, field) {
    const given = anything.decode(json, field) as { readonly accepted?: unknown }
    return given.accepted === true ? accepted.decode(json, field) : refused.decode(json, field)
  },
}

const pricesNow = {
  prices,
  shards: described(
    'By shard; mwei. `execution` per unit of weight, `message` per message',
    list(object({ shard, execution: amount, message: amount }), limits.shards, limits.shards),
  ),
}

const status = object({
  config: object({
    chainId: uint64,
    inbox: bytes(20),
    fees: object({ minPrice: uint64, target: uint64, fraction: uint64 }),
    forceDelayMs: uint64,
    genesis: object({ timestamp: uint64, prices, lineage: bytes32 }),
  }),
  sequencer: bytes(20),
  mode: word(['live', 'virtual']),
  ready: flag,
  lanes: count,
  verifier: text,
  lineage: bytes32,
  head: object({ number: uint64, root: bytes32, timestamp: uint64, stateRoot: bytes32, inboxCount: uint64 }),
  finality: object({ sealed: uint64, claimed: uint64, final: uint64 }),
  inboxKnown: uint64,
  lag: described(
    'Milliseconds that the head, and the oldest inbox item it has not consumed, are behind the L2',
    nullable(object({ headerMs: uint64, oldestItemMs: nullable(uint64) })),
  ),
  publishing: described(
    'Bytes sealed since the last claimed block, how long they take at the pace of the last claims, bytes per second claimed over ten minutes, and what is done about it',
    nullable(
      object({
        stage: word(['none', 'larger', 'limited', 'forced']),
        lagBytes: count,
        lagMs: count,
        bytesPerSecond: count,
      }),
    ),
  ),
  removals: described(
    'Removals of claims, the latest 16 with their numbers: the lineage that each began, the last block left standing, and how many of the entries accepted above it are in the new lineage and how many fell',
    list(object({ number: count, lineage: bytes32, standing: uint64, kept: uint64, fallen: uint64, done: flag }), 16),
  ),
  load: object({ unanswered: count, queued: count, segments: count }),
  ...pricesNow,
})

const submitFaults = ['NOT_READY', 'STOPPING']

/** Routes that take messages and operations. @param maxMessages - Messages of one request at most. */
const submitRoutes = (maxMessages: number) => ({
  messages: route({
    method: 'POST',
    path: '/v1/messages',
    summary: 'Takes messages in order. Each is accepted (durable, with its position) or refused by itself.',
    bodyLimit: Math.max(maxMessages * signedMessageBytes, maxJsonBytes),
    body: {
      octets: raw(`1 to ${maxMessages} SignedMessage of ${signedMessageBytes} bytes`),
      json: list(ssz(SignedMessageType), maxMessages, 1),
    },
    answer: {
      octets: raw(`One MessageReceipt of ${messageReceiptBytes} bytes per message, in the same order`),
      json: list(outcome, maxMessages),
    },
    faults: submitFaults,
    answerBytes: 1024 * 1024,
  }),
  operations: route({
    method: 'POST',
    path: '/v1/operations',
    summary:
      'Takes one operation. For a creation `position` is the index of the conversation. A refusal of the state is a 422 in JSON, a receipt in SSZ.',
    bodyLimit: maxOperationJsonBytes,
    body: { octets: raw(`SignedOperation, at most ${maxOperationBytes} bytes`), json: ssz(SignedOperationType) },
    answer: { octets: raw('One MessageReceipt'), json: accepted },
    faults: [...submitFaults, ...Object.keys(refusalNumbers)],
  }),
})

const readRoutes = {
  conversation: route({
    method: 'GET',
    path: '/v1/conversations/{shard}/{index}',
    summary: 'A conversation as accepted so far. The nonce of a member is the one it signs next.',
    params: place,
    answer: {
      octets: sszOctets('Conversation', ConversationType),
      json: object({ shard, index: uint32, conversation: ssz(ConversationType) }),
    },
    faults: ['CONVERSATION_UNKNOWN'],
    cost: 64,
    answerBytes: 2 * 1024 * 1024,
  }),
  account: route({
    method: 'GET',
    path: '/v1/accounts/{shard}/{index}',
    summary: 'An account as accepted so far. Its nonce is the one its owner signs next; amounts in mwei.',
    params: place,
    answer: {
      octets: sszOctets('Account', AccountType),
      json: object({ shard, index: uint32, account: ssz(AccountType) }),
    },
    faults: ['ACCOUNT_UNKNOWN'],
    cost: 64,
  }),
  block: route({
    method: 'GET',
    path: '/v1/blocks/{number}',
    summary: 'A sealed block: a summary, or whole as SSZ',
    params: { number: uint64OrWord('Number of the block, or `latest`', ['latest']) },
    answer: {
      octets: sszOctets('SealedBlock', SealedBlockType),
      json: object({
        root: bytes32,
        header: ssz(BlockHeaderType),
        signature: bytes(65),
        finality: word(['sealed', 'claimed', 'final']),
        bytes: count,
        runs: list(
          object({ shard, segments: count, messages: count, operations: count, inboxItems: count }),
          limits.shards,
        ),
      }),
    },
    faults: ['BLOCK_UNKNOWN'],
    cost: 128,
    answerBytes: 1024 * 1024,
  }),
  fallen: route({
    method: 'GET',
    path: '/v1/removals/{removal}/fallen',
    summary: `Accepted entries that the lineage after a removal refused, at most ${fallenEntriesAtOnce}, in the order they were accepted in`,
    params: { removal: uint64OrWord('Number of the removal, from 0, oldest first; or `latest`', ['latest']) },
    query: { from: uint64Parameter('Place of the first entry; 0 if it is left out') },
    answer: {
      json: object({
        removal: count,
        lineage: bytes32,
        standing: uint64,
        fallen: uint64,
        done: flag,
        entries: list(
          object({
            index: uint64,
            id: described('SHA-256 of the entry as it was signed and sent', bytes32),
            message: nullable(ssz(SignedMessageType)),
            operation: nullable(ssz(SignedOperationType)),
            fault: described('Why it was refused', anything),
          }),
          fallenEntriesAtOnce,
        ),
        next: described('Where the next page begins', nullable(uint64)),
      }),
    },
    faults: ['REMOVAL_UNKNOWN'],
    cost: 256,
    answerBytes: 1024 * 1024,
  }),
  status: route({
    method: 'GET',
    path: '/v1/status',
    summary: 'Deployment, head, finality as block numbers, load and prices',
    answer: { json: status },
    faults: [],
    answerBytes: 64 * 1024,
  }),
  prices: route({
    method: 'GET',
    path: '/v1/prices',
    summary: 'Prices of every shard now, if nothing more is sent; mwei',
    answer: { json: object(pricesNow) },
    faults: [],
  }),
}

const feedFaults = ['CONNECTIONS_EXCEEDED']

/** Routes that become WebSockets: what is sent over them is no part of the table. */
export const feedRoutes = {
  live: route({
    method: 'GET',
    path: '/v1/feed',
    summary: 'What happens in many conversations over one WebSocket: frames of docs/spec/feed.md',
    faults: feedFaults,
    cost: 64,
  }),
  blocks: route({
    method: 'GET',
    path: '/v1/feed/blocks',
    summary: 'Sealed blocks, one SealedBlock a frame, from a number on (WebSocket)',
    query: {
      from: uint64Parameter('First block; the next one if it is left out'),
      lineage: bytesParameter(
        'Lineage of the block before `from`, as the reader has it; the feed reports when a removal of claims voided that block',
        32,
      ),
    },
    faults: feedFaults,
    cost: 64,
  }),
  stream: route({
    method: 'GET',
    path: '/v1/stream',
    summary: 'Frames of SignedMessage in, frames of MessageReceipt out, in the same order (WebSocket)',
    faults: feedFaults,
  }),
}

const session = bytesParameter('Name of the feed, from its first record', feedLimits.sessionBytes)

/** `/v1/feed` for those who have no WebSocket. */
export const httpFeedRoutes = {
  events: route({
    method: 'GET',
    path: '/v1/feed/events',
    summary: 'The same as server-sent events: begins a feed; each event is a frame in base64',
    answer: { text: { type: 'text/event-stream', description: 'Frames of docs/spec/feed.md' } },
    faults: [...feedFaults, 'NOT_READY'],
    cost: 64,
  }),
  frames: route({
    method: 'GET',
    path: '/v1/feed/frames',
    summary:
      'The same by asking again and again: records that wait, once there are any. Without a session a feed begins',
    query: {
      session,
      waitMs: integerParameter('Milliseconds to wait for frames. Default 0', 0, feedLimits.waitMs),
    },
    answer: { octets: raw('Records of docs/spec/feed.md') },
    faults: [...feedFaults, 'NOT_READY', 'FEED_UNKNOWN'],
    answerBytes: 256 * 1024,
  }),
  ask: route({
    method: 'POST',
    path: '/v1/feed/frames',
    summary: 'Takes a frame of a client whose feed goes over HTTP',
    query: { session },
    bodyLimit: feedLimits.clientFrameBytes,
    body: { octets: raw('Records of docs/spec/feed.md') },
    answer: { json: object({ bytes: count }) },
    faults: ['FEED_UNKNOWN'],
  }),
}

const head = object({
  block: uint64,
  stateRoot: bytes32,
  shardRoots: list(bytes32, limits.shards, limits.shards),
})

/** Routes of the virtual clock, for runs that must be repeatable. */
export const devRoutes = {
  seal: route({
    method: 'POST',
    path: '/v1/dev/seal',
    summary: 'Seals what is open and returns where the chain stands then (virtual clock only)',
    answer: { json: head },
    faults: ['STOPPING'],
  }),
  shardRoots: route({
    method: 'GET',
    path: '/v1/dev/shard-roots',
    summary: 'Roots of the 64 shards after the last sealed block (virtual clock only)',
    answer: { json: head },
    faults: [],
  }),
}

/** Routes of a sequencer that answer. @param maxMessages - Messages of one request at most. */
export function sequencerRoutes(maxMessages: number) {
  return { ...submitRoutes(maxMessages), ...readRoutes, ...healthRoutes }
}
