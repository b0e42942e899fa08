import { maxPageEntries, type nodeRoutes, RequestError } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers, octets } from '@parley/api/server'
import { type Block, BlockHeaderType, BlockType, BodyKind, type SignedHeader, SignedHeaderType } from '@parley/protocol'
import type { FastifyReply } from 'fastify'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import type { Proven } from '../reads.ts'
import type { SignedRecord } from '../signed-history.ts'
import { EntryKind } from '../store/chain-records.ts'
import type { Evidence } from '../watch/evidence.ts'

const provenOf = ({ finality, proof, ...rest }: Proven) => ({
  ...rest,
  final: finality === 'final',
  proof: { ...proof, gindex: String(proof.gindex) },
})

const entryOf = ({ event, ...record }: SignedRecord, entry: bigint) => ({
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

/** Bytes of a part that cost one token, as those of snapshots do. */
const bytesPerToken = 16_384

/** What a root names never changes. */
function describePart(reply: FastifyReply, root: Uint8Array): void {
  void reply
    .header('etag', `"${Buffer.from(root).toString('hex')}"`)
    .header('cache-control', 'public, max-age=31536000, immutable')
}

/** What a node answers on its routes. */
export function nodeHandlers(
  node: ParleyNode,
  registry: Registry,
  exchangeOf: ApiServer['exchangeOf'],
): Handlers<typeof nodeRoutes> {
  const { reads } = node
  return {
    async conversation({ place: { params } }) {
      const { conversation, entries, ...proven } = await reads.conversation(params.shard, params.index)
      return { ...params, conversation, entries, ...provenOf(proven) }
    },
    async messages({ place: { params, query } }) {
      const { from = 0n, limit = maxPageEntries } = query
      const { total, entries } = await reads.history(params.shard, params.index, from, limit)
      return { ...params, from, total, entries: entries.map((each, i) => entryOf(each, from + BigInt(i))) }
    },
    async account({ place: { params } }) {
      const { account, ...proven } = await reads.account(params.shard, params.index)
      return { ...params, account, ...provenOf(proven) }
    },
    async block({ place: { params }, toOctets }) {
      const { block, claim, finality } = await reads.block(params.number)
      if (toOctets) return BlockType.serialize(block)
      const headerRoot = BlockHeaderType.hashTreeRoot(block.header)
      return { header: block.header, headerRoot, runs: runsOf(block), claim, finality }
    },
    async claim({ place: { params } }) {
      const { record, state, final } = await reads.claim(params.number)
      return { hash: record.hash, claim: record.claim, l2: record.at, state, final }
    },
    async part({ place: { params }, request, reply }) {
      const length = await reads.partLength(params.root)
      const exchange = exchangeOf(request)
      exchange.expect(length)
      exchange.charge(Math.ceil(length / bytesPerToken))
      const bytes = await reads.part(params.root)
      describePart(reply, params.root)
      return bytes
    },
    async partLength({ place: { params }, reply }) {
      const length = await reads.partLength(params.root)
      describePart(reply, params.root)
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
