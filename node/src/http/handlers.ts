import { hash } from 'node:crypto'
import { ChangesType, type nodeRoutes, RequestError, readLimits } from '@parley/api'
import { type ApiServer, type Handlers, healthHandlers, NamedAnswer, octets, sent } from '@parley/api/server'
import { type SignedHeader, SignedHeaderType } from '@parley/protocol'
import type { Registry } from 'prom-client'
import type { ParleyNode } from '../node.ts'
import type { Changes } from '../reads/reads.ts'
import type { Evidence } from '../watch/evidence.ts'
import { changesAskedOf, placesOf } from './places.ts'
import { readHandlers, stateOf } from './read-handlers.ts'

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
  /** Charges for an answer by its length, and holds room for it. */
  const counted = (request: Parameters<typeof exchangeOf>[0], bytes: Uint8Array): Uint8Array => {
    const exchange = exchangeOf(request)
    exchange.expect(bytes.length)
    exchange.charge(Math.ceil(bytes.length / bytesPerToken))
    return bytes
  }
  return {
    ...readHandlers(reads),
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
    async claim({ place: { params } }) {
      const { record, state, final } = await reads.claim(params.number)
      return { hash: record.hash, claim: record.claim, l2: record.at, state, final }
    },
    async part({ place: { params }, request }) {
      const length = await reads.partLength(params.root)
      return new NamedAnswer(hexOf(params.root), 'forever', () => {
        const exchange = exchangeOf(request)
        exchange.expect(length)
        exchange.charge(Math.ceil(length / bytesPerToken))
        return reads.part(params.root)
      })
    },
    async partLength({ place: { params }, reply }) {
      const length = await reads.partLength(params.root)
      // What a root names never changes.
      return new NamedAnswer(hexOf(params.root), 'forever', () => {
        void reply.type(octets).header('content-length', length).send()
        return sent
      })
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
    async snapshotManifest({ request }) {
      const bytes = await reads.snapshotManifest()
      return new NamedAnswer(hash('sha256', bytes, 'hex'), 'asked', () => counted(request, bytes))
    },
    async snapshotPart({ place: { params }, request }) {
      const bytes = await reads.snapshotPart(params.digest)
      return new NamedAnswer(Buffer.from(params.digest).toString('hex'), 'forever', () => counted(request, bytes))
    },
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
