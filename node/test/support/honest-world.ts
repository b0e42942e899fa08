import {
  type BatchClaim,
  type BlockHeader,
  BlockHeaderType,
  coreRootOfHeaders,
  domainSeparator,
  genesisHeader,
  headerDigest,
  InboxItemKind,
  type L2Position,
  millis,
  nextInboxHash,
  type QueuedItem,
  type SettlementEvent,
  type SignedHeader,
  sameBytes,
  signDigestRecoverable,
  witnessRoot,
} from '@parley/protocol'
import type { FinalClaim, FinalHeaders } from '../../src/watch/final-headers.ts'
import { config, digestOf } from './chain.ts'
import { hashed } from './l2.ts'

export const sequencerSecret = digestOf('sequencer')

type Plain = SettlementEvent extends infer E ? (E extends { readonly at: L2Position } ? Omit<E, 'at'> : never) : never

/** A claim that the world's L2 has, with the headers it claims. */
interface WorldClaim {
  readonly claim: BatchClaim
  readonly hash: Uint8Array
  readonly headers: readonly BlockHeader[]
}

/** What the L2 adds up to after a block. */
interface L2State {
  readonly position: L2Position
  readonly queue: readonly QueuedItem[]
  readonly claims: readonly WorldClaim[]
  readonly final: number
  readonly lineage: Uint8Array
  readonly inRescue: boolean
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** One that signs a header of its own choice: as whoever has the key. */
export function signed(header: BlockHeader): SignedHeader {
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  return { header, signature: signDigestRecoverable(sequencerSecret, digest) }
}

/**
 * An L2 with reorganisations, removals and rescues, and a sequencer that signs one header for each lineage and number. After a
 * reorganisation it goes on behind what still binds.
 */
export class HonestWorld implements FinalHeaders {
  private states: L2State[]
  private made = 0
  /** What the sequencer signed in each lineage and still stands by, by number. */
  private readonly chains = new Map<string, SignedHeader[]>()
  readonly shown: SignedHeader[] = []

  constructor() {
    const position = { blockNumber: 0n, blockHash: digestOf('L2 block 0') }
    this.states = [{ position, queue: [], claims: [], final: 0, lineage: config.genesis.lineage, inRescue: false }]
  }

  private get now(): L2State {
    return this.states.at(-1) as L2State
  }

  get position(): L2Position {
    return this.now.position
  }

  private mine(change: Partial<L2State>, ...events: readonly Plain[]): SettlementEvent[] {
    this.made += 1
    const position = { blockNumber: BigInt(this.states.length), blockHash: digestOf(`L2 block ${this.made}`) }
    this.states.push({ ...this.now, ...change, position })
    return events.map((event) => ({ ...event, at: position }) as SettlementEvent)
  }

  /** Queues an item, whose hash takes in the block before. */
  queueItem(): SettlementEvent[] {
    const { queue, position } = this.now
    const value = { shard: 1, account: 0, owner: new Uint8Array(20).fill(1), amount: BigInt(this.made + 1) }
    const item = { selector: InboxItemKind.deposit, value }
    const inboxHash = nextInboxHash(queue.at(-1)?.inboxHash ?? new Uint8Array(32), item, position.blockHash)
    const queued = { index: BigInt(queue.length), item, time: millis(1_000n), inboxHash }
    return this.mine({ queue: [...queue, queued] }, { kind: 'item', queued })
  }

  /** Last block claimed. */
  private get claimed(): BlockHeader {
    return this.now.claims.at(-1)?.claim.lastHeader ?? genesisHeader(config)
  }

  private chainOf(lineage: Uint8Array): SignedHeader[] {
    const key = hexOf(lineage)
    const chain = this.chains.get(key) ?? []
    this.chains.set(key, chain)
    return chain
  }

  /** The sequencer seals the next block of the lineage in force; it never signs a second header that binds for a place. */
  seal(): void {
    const { lineage, queue } = this.now
    const chain = this.chainOf(lineage)
    const previous = chain.at(-1)?.header ?? this.claimed
    const inboxCount = BigInt(Math.min(queue.length, Number(previous.inboxCount) + (this.made % 3)))
    this.made += 1
    const header: BlockHeader = {
      ...previous,
      number: previous.number + 1n,
      parent: BlockHeaderType.hashTreeRoot(previous),
      timestamp: previous.timestamp + 250n,
      lineage,
      inboxCount,
      inboxHash: this.hashAt(inboxCount),
      stateRoot: digestOf(`state ${this.made}`),
    }
    const one = signed(header)
    chain.push(one)
    this.shown.push(one)
  }

  private hashAt(count: bigint): Uint8Array {
    return count === 0n ? new Uint8Array(32) : (this.now.queue[Number(count) - 1] as QueuedItem).inboxHash
  }

  /** Whether the queue is still what a header says of it. */
  private binds({ inboxCount, inboxHash }: BlockHeader): boolean {
    return inboxCount <= BigInt(this.now.queue.length) && sameBytes(inboxHash, this.hashAt(inboxCount))
  }

  private makeClaim(headers: readonly BlockHeader[]): WorldClaim {
    const { claims, lineage } = this.now
    const previous = claims.at(-1)
    const part = { layer: 1, pointer: new Uint8Array(1) }
    const { hash, claim } = hashed({
      number: BigInt(claims.length + 1),
      parent: previous?.hash ?? new Uint8Array(32),
      lineage,
      coreRoot: coreRootOfHeaders(headers),
      witnessRoot: witnessRoot(headers.map(() => [])),
      lastHeader: headers.at(-1) as BlockHeader,
      core: part,
      witness: part,
      windows: { challenge: 10, data: 10, answer: 10, proof: 10 },
      claimer: new Uint8Array(20),
      claimedAt: BigInt(this.made),
    })
    return { hash, claim, headers }
  }

  /** Claims up to `most` of the blocks that the sequencer sealed behind the latest claim. */
  claim(most: number): SettlementEvent[] {
    const { claims, lineage, inRescue } = this.now
    const from = this.claimed.number
    const next = this.chainOf(lineage)
      .filter(({ header }) => header.number > from)
      .slice(0, most)
    const last = next.at(-1)
    if (last === undefined || inRescue || next[0]?.header.number !== from + 1n) return []
    const made = this.makeClaim(next.map(({ header }) => header))
    return this.mine({ claims: [...claims, made] }, { kind: 'claim', ...made, seal: last.signature })
  }

  finalize(): SettlementEvent[] {
    const { claims, final } = this.now
    const next = claims[final]
    if (next === undefined) return []
    return this.mine({ final: final + 1 }, { kind: 'final', number: next.claim.number, hash: next.hash })
  }

  /** Begins a lineage behind claim `standing`. */
  private beginLineage(standing: number, inRescue: boolean): SettlementEvent[] {
    const lineage = digestOf(`lineage ${this.made} ${hexOf(this.position.blockHash)}`)
    const claims = this.now.claims.slice(0, standing)
    return this.mine({ claims, lineage, inRescue }, { kind: 'removal', standing: BigInt(standing), lineage })
  }

  /** Removes claims that are not final, `back` of them at most. */
  remove(back: number): SettlementEvent[] {
    const { claims, final, inRescue } = this.now
    return claims.length === final ? [] : this.beginLineage(Math.max(final, claims.length - back), inRescue)
  }

  /** Somebody claims a block of items itself, which nobody signs. */
  rescue(): SettlementEvent[] {
    const begun = this.now.inRescue ? [] : this.beginLineage(this.now.claims.length, true)
    const { lineage, queue, claims } = this.now
    const previous = this.claimed
    this.made += 1
    const inboxCount = BigInt(queue.length)
    const header: BlockHeader = {
      ...previous,
      number: previous.number + 1n,
      lineage,
      inboxCount,
      inboxHash: this.hashAt(inboxCount),
      stateRoot: digestOf(`rescue ${this.made}`),
    }
    const made = this.makeClaim([header])
    const { hash } = made
    const told = { kind: 'rescue', number: made.claim.number, hash, runs: [] } as const
    return [...begun, ...this.mine({ claims: [...claims, made] }, { kind: 'claim', ...made }, told)]
  }

  /** Ordinary claims return, in a lineage of their own. */
  resume(): SettlementEvent[] {
    return this.now.inRescue ? this.beginLineage(this.now.claims.length, false) : []
  }

  /** Takes the L2's last `depth` blocks back. The sequencer goes on behind what still binds. */
  reorganise(depth: number): SettlementEvent[] {
    const kept = Math.max(1, this.states.length - depth)
    if (kept === this.states.length) return []
    this.states = this.states.slice(0, kept)
    for (const [key, chain] of this.chains) {
      const stale = chain.findIndex(({ header }) => !this.binds(header))
      if (stale >= 0) this.chains.set(key, chain.slice(0, stale))
    }
    const to = this.position
    // A block that tells nothing: what comes next has another parent than before.
    this.mine({})
    return [{ kind: 'rollback', to }]
  }

  /** Last block that is final. */
  async through(): Promise<bigint> {
    const { claims, final } = this.now
    return claims[final - 1]?.claim.lastHeader.number ?? 0n
  }

  private finalClaim(number: bigint): WorldClaim | undefined {
    const { claims, final } = this.now
    return claims.slice(0, final).find(({ headers }) => headers.some((header) => header.number === number))
  }

  async claimOf(number: bigint): Promise<FinalClaim | undefined> {
    const found = this.finalClaim(number)
    if (found === undefined) return undefined
    const { hash, claim, headers } = found
    return { record: { hash, claim, at: this.position }, first: headers[0]?.number ?? 0n }
  }

  async header(number: bigint): Promise<BlockHeader | undefined> {
    return this.finalClaim(number)?.headers.find((header) => header.number === number)
  }
}
