import type { Execution } from '@parley/execution'
import { type Bytes20, type Clock, limits, PricesType } from '@parley/protocol'
import type { Registry } from 'prom-client'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { Finality } from '../settlement/finality.ts'
import type { InboxFollower } from '../settlement/inbox-follower.ts'
import { json, type Route } from './route.ts'
import { bytesSchema, hexOf, jsonOfSsz, objectSchema, type SszType, schemaOfSsz, uint64Schema } from './ssz-json.ts'

export interface StatusDeps {
  readonly execution: Pick<Execution, 'lanes' | 'verifier' | 'load'>
  readonly chain: SealedChain
  readonly finality: Finality
  readonly inbox: InboxFollower
  readonly clock: Clock
  readonly registry: Registry
  readonly sequencer: Bytes20
  readonly mode: 'live' | 'virtual'
  /** Entries that came in and are not answered. */
  readonly unanswered: () => number
  /** What keeps it from taking anything; undefined when nothing does. */
  readonly unreadyBecause: () => string | undefined
}

const pricesSchema = schemaOfSsz(PricesType as SszType)
const shardsSchema = {
  type: 'array',
  minItems: limits.shards,
  maxItems: limits.shards,
  description: 'By shard; mwei. `execution` of a unit of weight, `message` of a message',
  items: objectSchema({ shard: { type: 'integer' }, execution: uint64Schema, message: uint64Schema }),
}

function pricesNow({ chain, clock, mode }: StatusDeps): { prices: unknown; shards: unknown } {
  const at = mode === 'live' ? BigInt(clock.now()) : chain.tip.header.timestamp
  const shards = chain.fees.quote(at, chain.tip.prices)
  return {
    prices: jsonOfSsz(PricesType as SszType, chain.tip.prices),
    shards: shards.map(({ shard, execution, message }) => ({
      shard,
      execution: String(execution),
      message: String(message),
    })),
  }
}

function configJson({ chain: { config } }: StatusDeps): object {
  const { fees, genesis } = config
  return {
    chainId: String(config.chainId),
    inbox: hexOf(config.inbox),
    fees: { minPrice: String(fees.minPrice), target: String(fees.target), fraction: String(fees.fraction) },
    forceDelayMs: String(config.forceDelayMs),
    genesis: {
      timestamp: String(genesis.timestamp),
      prices: jsonOfSsz(PricesType as SszType, genesis.prices),
      lineage: hexOf(genesis.lineage),
    },
  }
}

const statusSchema = objectSchema({
  config: objectSchema({
    chainId: uint64Schema,
    inbox: bytesSchema(20),
    fees: objectSchema({ minPrice: uint64Schema, target: uint64Schema, fraction: uint64Schema }),
    forceDelayMs: uint64Schema,
    genesis: objectSchema({ timestamp: uint64Schema, prices: pricesSchema, lineage: bytesSchema(32) }),
  }),
  sequencer: bytesSchema(20),
  mode: { enum: ['live', 'virtual'] },
  ready: { type: 'boolean' },
  lanes: { type: 'integer', minimum: 1 },
  verifier: { type: 'string' },
  lineage: bytesSchema(32),
  head: objectSchema({
    number: uint64Schema,
    root: bytesSchema(32),
    timestamp: uint64Schema,
    stateRoot: bytesSchema(32),
    inboxCount: uint64Schema,
  }),
  finality: objectSchema({ sealed: uint64Schema, claimed: uint64Schema, final: uint64Schema }),
  inboxKnown: uint64Schema,
  load: objectSchema({
    unanswered: { type: 'integer' },
    queued: { type: 'integer' },
    segments: { type: 'integer' },
  }),
  prices: pricesSchema,
  shards: shardsSchema,
})

function status(deps: StatusDeps): object {
  const { chain, execution, finality, inbox } = deps
  const { header, root } = chain.tip
  const { queued, segments } = execution.load()
  return {
    config: configJson(deps),
    sequencer: hexOf(deps.sequencer),
    mode: deps.mode,
    ready: deps.unreadyBecause() === undefined,
    lanes: execution.lanes,
    verifier: execution.verifier,
    lineage: hexOf(header.lineage),
    head: {
      number: String(header.number),
      root: hexOf(root),
      timestamp: String(header.timestamp),
      stateRoot: hexOf(header.stateRoot),
      inboxCount: String(header.inboxCount),
    },
    finality: { sealed: String(header.number), claimed: String(finality.claimed), final: String(finality.final) },
    inboxKnown: String(inbox.count),
    load: { unanswered: deps.unanswered(), queued, segments },
    ...pricesNow(deps),
  }
}

/** Routes for operators and for clients that look around. */
export function statusRoutes(deps: StatusDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/status',
      summary: 'Deployment, head, finality as block numbers, load and prices',
      answer: { [json]: statusSchema },
      faults: {},
      handle: async () => status(deps),
    },
    {
      method: 'GET',
      path: '/v1/prices',
      summary: 'Prices of every shard now, if nothing more is sent; mwei',
      answer: { [json]: objectSchema({ prices: pricesSchema, shards: shardsSchema }) },
      faults: {},
      handle: async () => pricesNow(deps),
    },
    {
      method: 'GET',
      path: '/healthz',
      summary: 'Answers as long as the process works',
      answer: { [json]: objectSchema({ healthy: { const: true } }) },
      faults: {},
      handle: async () => ({ healthy: true }),
    },
    {
      method: 'GET',
      path: '/readyz',
      summary: 'Whether messages are taken now',
      answer: { [json]: objectSchema({ ready: { const: true } }) },
      faults: { 503: 'Not now: the body says why' },
      async handle() {
        const because = deps.unreadyBecause()
        if (because !== undefined) throw new SequencerError({ code: 'NOT_READY', because, retryAfterMs: 1_000 })
        return { ready: true }
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      summary: 'Metrics in the form of Prometheus',
      answer: { 'text/plain': { type: 'string' } },
      faults: {},
      async handle(_, reply) {
        return reply.type(deps.registry.contentType).send(await deps.registry.metrics())
      },
    },
  ]
}
