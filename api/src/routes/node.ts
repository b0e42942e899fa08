import {
  AccountType,
  BlockHeaderType,
  ChangeMembersType,
  ConversationType,
  conversationDepth,
  limits,
  maxProofDepth,
  PricesType,
  SignedHeaderType,
} from '@parley/protocol/light'
import { anything, bytes, count, flag, text, uint64, word } from '../codec/codec.ts'
import { described, list, nullable, object, optional, variant } from '../codec/composed.ts'
import {
  digestParameter,
  integerParameter,
  rootParameter,
  uint64OrWord,
  uint64Parameter,
  wordParameter,
} from '../codec/parameter.ts'
import { ssz } from '../codec/ssz.ts'
import {
  provenAccountOctets,
  provenConversationOctets,
  provenConversationsOctets,
  recordPageOctets,
} from '../reads/read-octets.ts'
import { ChangesType, placeBytes, readLimits } from '../reads/read-types.ts'
import { raw, route, sszOctets } from '../route.ts'
import { healthRoutes } from './health.ts'
import { place, shard, uint16, uint32 } from './places.ts'

const bytes32 = bytes(32)
const header = ssz(BlockHeaderType)
const prices = ssz(PricesType)
const shardRoots = list(bytes32, limits.shards, limits.shards)

/** Sources of sealed blocks that a node watches at most. */
export const maxWatchedSources = 16

const { pageEntries, places: maxPlaces, conversationsBytes, changesAsked, changes: maxChanges } = readLimits

const provenState = {
  block: uint64,
  timestamp: uint64,
  stateRoot: bytes32,
  claim: optional(uint64),
  endsClaim: flag,
  final: flag,
}
const placed = { shard, index: uint32 }
const proven = {
  ...placed,
  ...provenState,
  proof: object({ gindex: text, leaf: bytes32, branch: list(bytes32, maxProofDepth) }),
}

const atState = {
  at: wordParameter('Which verified state: the latest, or the newest that is final', ['latest', 'final']),
}

const placesField = list(object(placed), maxPlaces, 1)
const placesOctets = `1 to ${maxPlaces} places of ${placeBytes} bytes, shard uint8 and index uint32`
/** Bytes of a place in JSON at most. */
const placeJsonBytes = 40
/** Bytes of a body with as many places as there may be. */
const placesBodyBytes = maxPlaces * placeJsonBytes + 128

const changes = object({
  head: uint64,
  lineage: bytes32,
  through: uint64,
  changed: list(object({ ...placed, block: uint64, entries: uint64 }), maxChanges),
})
const changesOctets = sszOctets('Changes', ChangesType)

const entry = object({
  entry: uint64,
  block: uint64,
  timestamp: uint64,
  forced: flag,
  signatures: nullable(list(bytes(64), limits.signaturesPerOperation)),
  withheld: optional(word(['pruned'])),
  event: variant({ message: object({ member: uint16, content: bytes32 }), change: ssz(ChangeMembersType) }),
})

const part = object({ layer: count, pointer: bytes() })
const claim = object({
  hash: bytes32,
  claim: object({
    number: uint64,
    parent: bytes32,
    lineage: bytes32,
    coreRoot: bytes32,
    witnessRoot: bytes32,
    lastHeader: header,
    core: part,
    witness: part,
    windows: object({ challenge: count, data: count, answer: count, proof: count }),
    claimer: bytes(20),
    claimedAt: uint64,
  }),
  l2: object({ blockNumber: uint64, blockHash: bytes32 }),
  state: word(['verified', 'joined', 'pending', 'waiting', 'wrong']),
  final: flag,
})

const snapshot = object({
  block: uint64,
  claim: uint64,
  final: flag,
  stateRoot: bytes32,
  header,
  prices,
  shardRoots,
  chunks: count,
  bytes: uint64,
})

const level = object({ claim: uint64, block: optional(uint64) })
const status = object({
  state: word(['starting', 'following', 'deriving', 'waiting', 'wrong', 'failed']),
  fault: optional(anything),
  faultClaim: optional(uint64),
  block: uint64,
  timestamp: optional(uint64),
  stateRoot: optional(bytes32),
  rootsCompared: uint64,
  rootsEqual: uint64,
  finality: object({ claimed: level, verified: level, final: level }),
  joined: optional(object({ claim: uint64, block: uint64 })),
  l2: optional(object({ block: uint64, time: uint64, inboxItems: uint64 })),
  lag: optional(object({ headerMs: uint64, oldestItemMs: optional(uint64) })),
  watch: described(
    'Watching of soft confirmations: who is followed, signed headers kept, and blocks that have more than one',
    object({
      sources: list(
        object({
          name: text,
          state: word(['following', 'failing']),
          fault: optional(anything),
          block: optional(uint64),
        }),
        maxWatchedSources,
      ),
      headers: count,
      conflicts: count,
    }),
  ),
})

/** Bytes of a signed header in JSON, rounded up. */
const signedHeaderJsonBytes = 2048

/** Second headers told at once. */
const maxEvidence = 64
/** Tokens that a header's signature costs: some 2 ms of a core, whoever signed it. */
const sealCost = 512

const evidence = object({
  shown: flag,
  evidence: variant({
    equivocation: object({ a: ssz(SignedHeaderType), b: ssz(SignedHeaderType) }),
    contradiction: object({
      signed: ssz(SignedHeaderType),
      claim: object({ number: uint64, hash: bytes32 }),
      opening: bytes(),
    }),
  }),
})

/** Routes of a verifying node. */
export const nodeRoutes = {
  conversation: route({
    method: 'GET',
    path: '/v1/conversations/{shard}/{index}',
    summary: 'A conversation after the latest verified block, or of the newest final state, with its proof',
    params: place,
    query: atState,
    answer: {
      octets: provenConversationOctets,
      json: object({ ...proven, conversation: ssz(ConversationType), entries: uint64 }),
    },
    revalidates: true,
    faults: ['CONVERSATION_UNKNOWN', 'NOT_READY'],
    cost: 16,
    answerBytes: 2 * 1024 * 1024,
  }),
  conversations: route({
    method: 'POST',
    path: '/v1/conversations',
    summary: 'Many conversations of one state, and the nodes that prove all of them together',
    query: atState,
    bodyLimit: placesBodyBytes,
    body: { octets: raw(placesOctets), json: object({ places: placesField }) },
    answer: {
      octets: provenConversationsOctets,
      json: object({
        ...provenState,
        conversations: list(object({ ...placed, conversation: ssz(ConversationType) }), maxPlaces),
        unknown: list(object(placed), maxPlaces),
        nodes: list(bytes32, maxPlaces * conversationDepth),
      }),
    },
    faults: ['NOT_READY', 'READ_SIZE'],
    cost: 16,
    answerBytes: conversationsBytes,
  }),
  changes: route({
    method: 'POST',
    path: '/v1/changes',
    summary: 'Which of these conversations have new entries in blocks after one',
    bodyLimit: placesBodyBytes,
    body: {
      octets: raw(`since uint64, then ${placesOctets}`),
      json: object({ since: uint64, places: placesField }),
    },
    answer: { octets: changesOctets, json: changes },
    faults: ['BLOCK_UNKNOWN', 'HISTORY_UNKNOWN', 'NOT_READY'],
    cost: 16,
    answerBytes: 128 * 1024,
  }),
  changedSince: route({
    method: 'GET',
    path: '/v1/changes',
    summary: 'Which conversations have new entries in blocks after one: whole blocks up to `through`, where to go on',
    query: {
      since: uint64Parameter('Block that the reader has everything up to; 0 if it is left out'),
      limit: integerParameter('Conversations after which no further block is begun', 1, changesAsked),
    },
    answer: { octets: changesOctets, json: changes },
    faults: ['BLOCK_UNKNOWN', 'HISTORY_UNKNOWN', 'NOT_READY'],
    cost: 128,
    answerBytes: 1024 * 1024,
  }),
  messages: route({
    method: 'GET',
    path: '/v1/conversations/{shard}/{index}/messages',
    summary: 'The record of a conversation: messages and membership changes in the order its head chains them',
    params: place,
    query: {
      from: uint64Parameter('First entry, from 0'),
      limit: integerParameter('Entries at most', 1, pageEntries),
    },
    answer: {
      octets: recordPageOctets,
      json: object({ ...placed, from: uint64, total: uint64, entries: list(entry, pageEntries) }),
    },
    revalidates: true,
    faults: ['HISTORY_UNKNOWN'],
    cost: 64,
    answerBytes: 256 * 1024,
  }),
  account: route({
    method: 'GET',
    path: '/v1/accounts/{shard}/{index}',
    summary: 'An account after the latest verified block, or of the newest final state, with its proof',
    params: place,
    query: atState,
    answer: { octets: provenAccountOctets, json: object({ ...proven, account: ssz(AccountType) }) },
    revalidates: true,
    faults: ['ACCOUNT_UNKNOWN', 'NOT_READY'],
    cost: 16,
  }),
  block: route({
    method: 'GET',
    path: '/v1/blocks/{number}',
    summary: 'A verified block: a summary, or whole as SSZ',
    params: { number: uint64OrWord('Number of the block, or `latest`', ['latest']) },
    answer: {
      octets: raw('Block'),
      json: object({
        header,
        headerRoot: bytes32,
        runs: list(object({ shard, segments: count, messages: count, postRoot: bytes32 }), limits.shards),
        claim: optional(uint64),
        finality: word(['claimed', 'final']),
      }),
    },
    revalidates: true,
    faults: ['BLOCK_UNKNOWN', 'HISTORY_UNKNOWN'],
    cost: 64,
    answerBytes: 1024 * 1024,
  }),
  claim: route({
    method: 'GET',
    path: '/v1/claims/{number}',
    summary: 'A claim standing on the L2, and how far it is verified here',
    params: { number: uint64OrWord('Number of the claim, `latest` or `final`', ['latest', 'final']) },
    answer: { json: claim },
    faults: ['CLAIM_UNKNOWN'],
    cost: 32,
  }),
  part: route({
    method: 'GET',
    path: '/v1/batches/{root}',
    summary:
      'A part of a batch as a DA layer carries it, by the root that its claim names: whoever decodes and completes it finds that root',
    params: { root: rootParameter('coreRoot or witnessRoot of a claim') },
    answer: { octets: raw('The encoded part') },
    faults: ['PART_UNKNOWN'],
    cost: 32,
    // Charged and held by its length, once that is known.
  }),
  partLength: route({
    method: 'HEAD',
    path: '/v1/batches/{root}',
    summary: 'Whether a part of a batch is kept, and its length',
    params: { root: rootParameter('coreRoot or witnessRoot of a claim') },
    answer: {},
    faults: ['PART_UNKNOWN'],
    cost: 16,
  }),
  snapshots: route({
    method: 'GET',
    path: '/v1/snapshots',
    summary: 'Snapshots kept of the whole state; those of final states can be checked against the L2',
    answer: { json: object({ snapshots: list(snapshot, 1024) }) },
    faults: [],
    cost: 32,
  }),
  snapshotManifest: route({
    method: 'GET',
    path: '/v1/snapshots/latest',
    summary: 'What the newest snapshot of a final state consists of: whoever joins by it checks it against the L2',
    answer: { octets: raw('The manifest of docs/spec/snapshots.md') },
    faults: ['SNAPSHOT_UNKNOWN'],
    cost: 64,
    // Charged and held by its length, once that is known.
    revalidates: true,
  }),
  snapshotPart: route({
    method: 'GET',
    path: '/v1/snapshots/parts/{digest}',
    summary: 'A part of a snapshot, by what it holds',
    params: { digest: digestParameter('SHA-256 of the part, as the manifest has it') },
    answer: { octets: raw('The part') },
    faults: ['SNAPSHOT_PART_UNKNOWN'],
    cost: 16,
    // Charged and held by its length, once that is known.
    revalidates: true,
  }),
  header: route({
    method: 'POST',
    path: '/v1/headers',
    summary:
      'Takes a header with the sequencer’s signature, whoever has it: another one of its block is found by it. It may be handed in again.',
    bodyLimit: signedHeaderJsonBytes,
    body: { octets: raw(`SignedHeader, ${SignedHeaderType.fixedSize} bytes`), json: ssz(SignedHeaderType) },
    answer: { json: object({ taken: word(['kept', 'known', 'contradicts']) }) },
    faults: ['HEADER_UNSIGNED', 'HEADERS_FULL', 'NOT_READY'],
    cost: sealCost,
  }),
  evidence: route({
    method: 'GET',
    path: '/v1/evidence',
    summary:
      'What shows on the L2 that a key signed two headers for one block: the arguments of proveEquivocation and proveContradiction, the earliest blocks first',
    answer: { json: object({ evidence: list(evidence, maxEvidence) }) },
    faults: ['NOT_READY'],
    // Two of them for each piece.
    cost: 2 * sealCost * maxEvidence,
    answerBytes: 256 * 1024,
  }),
  status: route({
    method: 'GET',
    path: '/v1/status',
    summary: 'What is verified, what is waited for and what is wrong',
    answer: { json: status },
    faults: [],
    cost: 64,
  }),
  ...healthRoutes,
}
