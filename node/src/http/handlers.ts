import { ChangesType, noClaim, type nodeRoutes, ProvenAccountType, RequestError, readLimits } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers, octets, revalidated, sent } from '@parley/api/server'
import { type Block, BlockHeaderType, BodyKind, type SignedHeader, SignedHeaderType } from '@parley/protocol'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import type { Changes, Proven } from '../reads/reads.ts'
import { EntryKind, type HistoryRecord } from '../store/chain-records.ts'
import type { Evidence } from '../watch/evidence.ts'
import { changesAskedOf, placesOf } from './places.ts'

const stateOf = <P extends Omit<Proven, 'proof'>>({ finality, ...rest }: P) => ({
  ...rest,
  final: finality === 'final',
})

const provenOf = ({ proof, ...rest }: Proven) => ({
  ...stateOf(rest),
  proof: { ...proof, gindex: String(proof.gindex) },
})

const entryOf = ({ event, ...record }: HistoryRecord, entry: bigint) => ({
  ...record,
  entry,
  withheld: record.signatures === null ? ('pruned' as const) : undefined,
  event:
    event.selector === EntryKind.message
      ? { kind: 'message' as const, value: event.value }
      : { kind: 'change' as const, value: event.value },
})

const runsOf = ({ runs }: Block) =>
  runs.map(({ shard, segments, postRoot }) => ({
    shard,
    segments: segments.length,
    messages: segments.reduce(
      (sum, { body }) => sum + (body.selector === BodyKind.messages ? body.value.length : 0),
      0,
    ),
    postRoot,
  }))

/** A body of octets, or one that was read as JSON. @throws {RequestError} `BODY_SIZE`. */
function signedHeaderOf(body: SignedHeader | Uint8Array | undefined): SignedHeader {
  if (body !== undefined && !(body instanceof Uint8Array)) return body
  // No Buffer: its slices share memory, where SSZ expects copies.
  const bytes = Uint8Array.from(body ?? [])
  const size = SignedHeaderType.fixedSize as number
  if (bytes.length !== size)
    throw new RequestError({ code: 'BODY_SIZE', bytes: bytes.length, minimum: size, maximum: size, multipleOf: size })
  return SignedHeaderType.deserialize(bytes)
}

function evidenceOf(evidence: Evidence) {
  if (evidence.kind === 'equivocation') return { kind: evidence.kind, value: { a: evidence.a, b: evidence.b } } as const
  const { kind, signed, claim, opening } = evidence
  return { kind, value: { signed, opening, claim: { number: claim.claim.number, hash: claim.hash } } } as const
}

/** Blocks, and conversations in them, that are looked through for a token. */
const looksPerToken = 4
/** Tokens of each conversation of a request for many. */
const tokensPerPlace = 2

/** Each form of an answer has a tag of its own. */
const tagOf = (tag: string, inOctets: boolean): string => (inOctets ? `${tag}-o` : tag)

function changesAs(changes: Changes, toOctets: boolean): Changes | Uint8Array {
  return toOctets ? ChangesType.serialize({ ...changes, changed: [...changes.changed] }) : changes
}

/** Bytes of a part that cost one token, as those of snapshots do. */
const bytesPerToken = 16_384

const hexOf = (root: Uint8Array): string => Buffer.from(root).toString('hex')

/** What a node answers on its routes. */
export function nodeHandlers(
  node: ParleyNode,
  registry: Registry,
  exchangeOf: ApiServer['exchangeOf'],
): Handlers<typeof nodeRoutes> {
  const { reads } = node
  return {
    async conversation({ place: { params, query }, toOctets, request, reply }) {
      const { shard, index } = params
      const { at = 'latest' } = query
      if (revalidated(request, reply, tagOf(reads.conversationTag(shard, index, at), toOctets), 'asked')) return sent
      if (toOctets) return reads.conversationOctets(shard, index, at)
      const { conversation, entries, ...proven } = await reads.conversation(shard, index, at)
      return { ...params, conversation, entries, ...provenOf(proven) }
    },
    async conversations({ place: { query }, body, toOctets, request }) {
      const { at = 'latest' } = query
      const places = placesOf(body)
      exchangeOf(request).charge(places.length * tokensPerPlace)
      return toOctets ? reads.conversationsOctets(places, at) : stateOf(reads.conversations(places, at))
    },
    async changes({ body, toOctets, request }) {
      const { since, places } = changesAskedOf(body)
      exchangeOf(request).charge(places.length * tokensPerPlace)
      return changesAs(reads.changes(since, places), toOctets)
    },
    async changedSince({ place: { query }, toOctets, request }) {
      const { since = 0n, limit = readLimits.places } = query
      const { looked, ...changes } = await reads.changedSince(since, limit)
      // Only now is it known what was looked through.
      exchangeOf(request).owe(Math.ceil(looked / looksPerToken))
      return changesAs(changes, toOctets)
    },
    async messages({ place: { params, query }, toOctets, request, reply }) {
      const { from = 0n, limit = readLimits.pageEntries } = query
      if (toOctets) {
        const { bytes, tag, forever } = await reads.historyOctets(params.shard, params.index, from, limit)
        return revalidated(request, reply, tagOf(tag, true), forever ? 'forever' : 'asked') ? sent : bytes
      }
      const { total, entries } = await reads.history(params.shard, params.index, from, limit)
      return { ...params, from, total, entries: entries.map((each, i) => entryOf(each, from + BigInt(i))) }
    },
    async account({ place: { params, query }, toOctets, request, reply }) {
      const { shard, index } = params
      const { at = 'latest' } = query
      if (revalidated(request, reply, tagOf(reads.accountTag(shard, index, at), toOctets), 'asked')) return sent
      const { account, ...proven } = await reads.account(shard, index, at)
      if (!toOctets) return { ...params, account, ...provenOf(proven) }
      const { claim = noClaim, proof, ...state } = stateOf(proven)
      return ProvenAccountType.serialize({ ...state, ...params, claim, account, branch: [...proof.branch] })
    },
    async block({ place: { params }, toOctets, request, reply }) {
      const stored = await reads.blockOctets(params.number)
      const lasts = stored.forever ? 'forever' : 'asked'
      if (toOctets) return revalidated(request, reply, tagOf(stored.tag, true), lasts) ? sent : stored.bytes
      const { block, claim, finality } = await reads.block(params.number)
      if (revalidated(request, reply, `${stored.tag}-${claim ?? ''}-${finality}`, lasts)) return sent
      const headerRoot = BlockHeaderType.hashTreeRoot(block.header)
      return { header: block.header, headerRoot, runs: runsOf(block), claim, finality }
    },
    async claim({ place: { params } }) {
      const { record, state, final } = await reads.claim(params.number)
      return { hash: record.hash, claim: record.claim, l2: record.at, state, final }
    },
    async part({ place: { params }, request, reply }) {
      const length = await reads.partLength(params.root)
      if (revalidated(request, reply, hexOf(params.root), 'forever')) return sent
      const exchange = exchangeOf(request)
      exchange.expect(length)
      exchange.charge(Math.ceil(length / bytesPerToken))
      return reads.part(params.root)
    },
    async partLength({ place: { params }, request, reply }) {
      const length = await reads.partLength(params.root)
      // What a root names never changes.
      if (revalidated(request, reply, hexOf(params.root), 'forever')) return sent
      return reply.type(octets).header('content-length', length).send()
    },
    async snapshots() {
      const snapshots = await reads.snapshots()
      return {
        snapshots: snapshots.map(({ state: { header, prices, shardRoots }, ...rest }) => ({
          ...rest,
          block: header.number,
          stateRoot: header.stateRoot,
          header,
          prices,
          shardRoots,
        })),
      }
    },
    snapshotChunk: ({ place: { params } }) => reads.snapshotChunk(params.block, params.chunk),
    async header({ body }) {
      return { taken: await node.watch.take(signedHeaderOf(body)) }
    },
    async evidence() {
      const known = await node.watch.evidence()
      return { evidence: known.map(({ isShown, evidence }) => ({ shown: isShown, evidence: evidenceOf(evidence) })) }
    },
    status: () => node.status(),
    ...healthHandlers({
      registry,
      unreadyBecause: () => node.unreadyBecause(),
      async unhealthyBecause() {
        const { state, fault } = await node.status()
        if (state !== 'wrong' && state !== 'failed') return undefined
        return `the node is in state ${state}: ${fault?.message ?? 'see the log'}`
      },
    }),
  }
}
