import { BlockHeaderType, BlockType, BodyKind } from '@parley/protocol'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import type { NodeState } from '../progress.ts'
import type { Proven } from '../reads.ts'
import { EntryKind } from '../store/chain-records.ts'
import { demandKnown, indexOf, integerOf, numberOr, optional, shardOf } from './parameters.ts'

/** A request as the routes see it. */
export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Media types the client accepts. */
  readonly accept: string
}

/** What a route answers with: JSON unless bytes or text are given. */
export interface RouteAnswer {
  readonly status?: number
  readonly json?: unknown
  readonly bytes?: Uint8Array
  readonly text?: { readonly type: string; readonly body: string }
}

export interface Route {
  readonly path: string
  readonly summary: string
  readonly parameters: readonly string[]
  /** Name of the answer's schema in the OpenAPI document; undefined for what is not JSON. */
  readonly schema?: string
  readonly faults: readonly string[]
  answer(request: RouteRequest): Promise<RouteAnswer>
}

/** Entries of one page of a conversation's record. */
export const maxPageEntries = 1000n
const uint64 = 2n ** 64n - 1n
const octets = 'application/octet-stream'

const healthy: readonly NodeState[] = ['following', 'deriving', 'waiting']

/** All routes but the document's own. */
export function nodeRoutes(node: ParleyNode, registry: Registry): Route[] {
  return [...stateRoutes(node), ...chainRoutes(node), ...operationRoutes(node, registry)]
}

const proofOf = ({ proof, finality, ...rest }: Proven) => ({
  ...rest,
  final: finality === 'final',
  proof: { gindex: proof.gindex, leaf: proof.leaf, branch: proof.branch },
})

function stateRoutes({ reads }: ParleyNode): Route[] {
  return [
    {
      path: '/v1/conversations/:shard/:index',
      summary: 'A conversation after the latest verified block, with its proof',
      parameters: ['shard', 'index'],
      schema: 'ProvenConversation',
      faults: ['FIELD_INVALID', 'CONVERSATION_UNKNOWN', 'NOT_READY', 'OVERLOADED'],
      async answer({ params, query }) {
        demandKnown(query, [])
        const [shard, index] = [shardOf(params.shard), indexOf(params.index)]
        const { conversation, entries, ...proven } = await reads.conversation(shard, index)
        return { json: { shard, index, conversation, entries, ...proofOf(proven) } }
      },
    },
    {
      path: '/v1/conversations/:shard/:index/messages',
      summary: 'The record of a conversation: messages and membership changes in the order its head chains them',
      parameters: ['shard', 'index', 'from', 'limit'],
      schema: 'HistoryPage',
      faults: ['FIELD_INVALID'],
      async answer({ params, query }) {
        demandKnown(query, ['from', 'limit'])
        const [shard, index] = [shardOf(params.shard), indexOf(params.index)]
        const from = optional('from', query.from, 0n, uint64, 0n)
        const limit = optional('limit', query.limit, 1n, maxPageEntries, maxPageEntries)
        const page = await reads.history(shard, index, from, Number(limit))
        const entries = page.entries.map(({ event, ...record }, i) => ({
          entry: from + BigInt(i),
          ...record,
          event: { kind: event.selector === EntryKind.message ? 'message' : 'change', value: event.value },
        }))
        return { json: { shard, index, from, total: page.total, entries } }
      },
    },
    {
      path: '/v1/accounts/:shard/:index',
      summary: 'An account after the latest verified block, with its proof',
      parameters: ['shard', 'index'],
      schema: 'ProvenAccount',
      faults: ['FIELD_INVALID', 'ACCOUNT_UNKNOWN', 'NOT_READY', 'OVERLOADED'],
      async answer({ params, query }) {
        demandKnown(query, [])
        const [shard, index] = [shardOf(params.shard), indexOf(params.index)]
        const { account, ...proven } = await reads.account(shard, index)
        return { json: { shard, index, account, ...proofOf(proven) } }
      },
    },
  ]
}

function chainRoutes({ reads }: ParleyNode): Route[] {
  return [
    {
      path: '/v1/blocks/:number',
      summary: 'A verified block; SSZ `Block` when octets are accepted',
      parameters: ['number'],
      schema: 'Block',
      faults: ['FIELD_INVALID', 'BLOCK_UNKNOWN'],
      async answer({ params, query, accept }) {
        demandKnown(query, [])
        const { block, claim, finality } = await reads.block(numberOr('number', params.number, ['latest']))
        if (accept.includes(octets)) return { bytes: BlockType.serialize(block) }
        const runs = block.runs.map(({ shard, segments, postRoot }) => ({
          shard,
          segments: segments.length,
          messages: segments.reduce(
            (sum, { body }) => sum + (body.selector === BodyKind.messages ? body.value.length : 0),
            0,
          ),
          postRoot,
        }))
        const headerRoot = BlockHeaderType.hashTreeRoot(block.header)
        return { json: { header: block.header, headerRoot, runs, claim, finality } }
      },
    },
    {
      path: '/v1/claims/:number',
      summary: 'A claim standing on the L2, and how far it is verified here',
      parameters: ['claim'],
      schema: 'Claim',
      faults: ['FIELD_INVALID', 'CLAIM_UNKNOWN'],
      async answer({ params, query }) {
        demandKnown(query, [])
        const asked = numberOr('number', params.number, ['latest', 'final'])
        const { record, state, final } = await reads.claim(asked)
        return { json: { hash: record.hash, claim: record.claim, l2: record.at, state, final } }
      },
    },
    {
      path: '/v1/snapshots',
      summary: 'Snapshots kept of the whole state; those of final states can be checked against the L2',
      parameters: [],
      schema: 'Snapshots',
      faults: [],
      async answer({ query }) {
        demandKnown(query, [])
        const snapshots = (await reads.snapshots()).map(({ state, ...rest }) => ({
          block: state.header.number,
          stateRoot: state.header.stateRoot,
          header: state.header,
          prices: state.prices,
          shardRoots: state.shardRoots,
          ...rest,
        }))
        return { json: { snapshots } }
      },
    },
    {
      path: '/v1/snapshots/:block/:chunk',
      summary: 'One chunk of a snapshot: the shard’s number in the first byte, then its state',
      parameters: ['block', 'chunk'],
      faults: ['FIELD_INVALID', 'SNAPSHOT_UNKNOWN'],
      async answer({ params, query }) {
        demandKnown(query, [])
        const block = integerOf('block', params.block, 0n, uint64)
        const chunk = Number(integerOf('chunk', params.chunk, 0n, 2n ** 32n - 1n))
        return { bytes: await reads.snapshotChunk(block, chunk) }
      },
    },
  ]
}

function operationRoutes(node: ParleyNode, registry: Registry): Route[] {
  return [
    {
      path: '/v1/status',
      summary: 'What is verified, what is waited for and what is wrong',
      parameters: [],
      schema: 'Status',
      faults: [],
      async answer({ query }) {
        demandKnown(query, [])
        return { json: await node.status() }
      },
    },
    {
      path: '/healthz',
      summary: '200 while verification can go on; 503 while it cannot, with the fault',
      parameters: [],
      schema: 'Health',
      faults: [],
      async answer() {
        const { state, fault } = await node.status()
        return { status: healthy.includes(state) ? 200 : 503, json: { state, fault } }
      },
    },
    {
      path: '/metrics',
      summary: 'Metrics in the Prometheus text format',
      parameters: [],
      faults: [],
      async answer() {
        return { text: { type: registry.contentType, body: await registry.metrics() } }
      },
    },
  ]
}
