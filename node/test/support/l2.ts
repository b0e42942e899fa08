import {
  type BatchClaim,
  type BlockHeader,
  type ChainConfig,
  type ClaimHead,
  type CodedError,
  coreRoot,
  type DaEnding,
  DaError,
  DaLayer,
  type DaLimits,
  type DaReceipt,
  type DaState,
  type DataAvailability,
  encodeCore,
  encodeWitness,
  type FollowWatch,
  firstSchedule,
  genesisHeader,
  type L2Confidence,
  type L2Position,
  millis,
  noSilence,
  type Schedule,
  type SettlementEvent,
  type SettlementPage,
  type SettlementReader,
  type Silence,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { config, digestOf } from './chain.ts'

type Unplaced<E> = E extends { readonly at: L2Position } ? Omit<E, 'at'> : never
/** An event before it is in an L2 block. */
export type PlainEvent = Unplaced<SettlementEvent>

interface L2Block {
  readonly position: L2Position
  readonly events: readonly SettlementEvent[]
}

/** An L2 whose blocks and reorganisations a test writes. */
export class ScriptedL2 implements SettlementReader {
  private blocks: L2Block[] = []
  private mined = 0
  private readonly waiters = new Set<() => void>()
  /** Tells a reorganisation and the block that follows it in one page. */
  inOnePage = false
  /** L2 time of every block told from now on, in milliseconds. */
  time = 0n
  private unreadable: CodedError | undefined
  /** Whose header signatures count. */
  sequencer: Uint8Array = new Uint8Array(20)
  /** Thrown by the next calls of `follow`, one each. */
  readonly failures: Error[] = []

  constructor() {
    this.mine()
  }

  /** Adds one L2 block with these events. */
  mine(...events: readonly PlainEvent[]): void {
    this.mined += 1
    const position = { blockNumber: BigInt(this.blocks.length), blockHash: digestOf(`L2 block ${this.mined}`) }
    this.blocks.push({ position, events: events.map((event) => ({ ...event, at: position }) as SettlementEvent) })
    for (const wake of this.waiters) wake()
  }

  /** From now on the L2 fails so; undefined lets it answer again. */
  setUnreadable(fault: CodedError | undefined): void {
    this.unreadable = fault
    for (const wake of this.waiters) wake()
  }

  /** Replaces the last `depth` blocks. */
  reorganise(depth: number, ...blocks: readonly (readonly PlainEvent[])[]): void {
    this.blocks = this.blocks.slice(0, -depth)
    for (const events of blocks) this.mine(...events)
  }

  async config(): Promise<ChainConfig> {
    return config
  }
  async schedule(): Promise<Schedule> {
    return firstSchedule(this.sequencer, config.fees)
  }
  async silence(): Promise<Silence> {
    return noSilence
  }
  async lineage(): Promise<Uint8Array> {
    return config.genesis.lineage
  }
  async genesis(): Promise<BlockHeader> {
    return genesisHeader(config)
  }
  async head(): Promise<ClaimHead> {
    throw new Error('a node has no use for it')
  }

  async *follow(
    cursor: L2Position | undefined,
    _confidence: L2Confidence,
    signal: AbortSignal,
    watch?: FollowWatch,
  ): AsyncGenerator<SettlementPage> {
    let standing = cursor
    let toldCaughtUp = false
    while (!signal.aborted) {
      const { unreadable } = this
      if (unreadable !== undefined) {
        watch?.failed(unreadable)
        await this.more(signal)
        continue
      }
      watch?.answered()
      const failure = this.failures.shift()
      if (failure !== undefined) throw failure
      const canonical = standing === undefined ? undefined : this.blocks[Number(standing.blockNumber)]
      if (standing !== undefined && !sameHash(canonical?.position, standing)) {
        // Test blocks carry their own hash, so the fork is found by going back while the hash is another one.
        const to = this.ancestor(standing)
        standing = to
        const [next] = this.inOnePage ? this.blocks.slice(Number(to.blockNumber) + 1) : []
        if (next !== undefined) {
          this.told.set(next.position.blockNumber, next.position)
          standing = next.position
          yield {
            events: [{ kind: 'rollback', to }, ...next.events],
            cursor: standing,
            time: millis(this.time),
            caughtUp: false,
          }
          continue
        }
        yield { events: [{ kind: 'rollback', to }], cursor: to, time: millis(this.time), caughtUp: false }
        continue
      }
      const next = this.blocks[standing === undefined ? 0 : Number(standing.blockNumber) + 1]
      if (next === undefined) {
        if (!toldCaughtUp && standing !== undefined) {
          toldCaughtUp = true
          yield { events: [], cursor: standing, time: millis(this.time), caughtUp: true }
          continue
        }
        await this.more(signal)
        continue
      }
      this.told.set(next.position.blockNumber, next.position)
      standing = next.position
      yield { events: next.events, cursor: standing, time: millis(this.time), caughtUp: next === this.blocks.at(-1) }
    }
  }

  private readonly told = new Map<bigint, L2Position>()

  private ancestor(from: L2Position): L2Position {
    let number = from.blockNumber
    while (number > 0n) {
      number -= 1n
      const block = this.blocks[Number(number)]
      if (block !== undefined && sameHash(block.position, this.told.get(number))) return block.position
    }
    return (this.blocks[0] as L2Block).position
  }

  private async more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiters.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.waiters.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}

function sameHash(a: L2Position | undefined, b: L2Position | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a.blockHash, b.blockHash) === 0
}

/** A layer in memory that a test can make lose or spoil what it holds; it checks nothing, as the worst layer would. */
export class SpoilableDa implements DataAvailability {
  readonly layer: number
  readonly name: string
  retentionSeconds = Number.POSITIVE_INFINITY
  /** What was published, by the hex of its pointer. */
  readonly held = new Map<string, Uint8Array>()
  /** Pointers that are answered as missing. */
  readonly lost = new Set<string>()
  /** Applied to what is served. */
  spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes
  retrievals = 0
  /** Pointers that were audited, in hex. */
  readonly audited: string[] = []

  constructor(name: string, layer: number = DaLayer.local) {
    this.name = name
    this.layer = layer
  }

  async quote(bytes: number) {
    return { cost: { token: 'none', amount: 0n } as const, bytes, validForMs: 1_000 }
  }
  limits(): DaLimits {
    return { maxBytes: 32 * 1024 * 1024, retentionSeconds: this.retentionSeconds, maxInFlight: 16, unitBytes: 1 }
  }
  async submit(data: Uint8Array): Promise<DaReceipt> {
    return { pointer: this.hold(data), height: 0n, cost: { token: 'none', amount: 0n } }
  }
  async abandon(): Promise<DaEnding> {
    return { overhead: { token: 'none', amount: 0n } }
  }
  hold(data: Uint8Array): Uint8Array {
    const pointer = digestOf(Buffer.from(data).toString('base64'))
    this.held.set(keyOf(pointer), data)
    return pointer
  }
  async retrieve(pointer: Uint8Array): Promise<Uint8Array> {
    this.retrievals += 1
    const data = this.held.get(keyOf(pointer))
    if (data === undefined || this.lost.has(keyOf(pointer)))
      throw new DaError({ code: 'DA_MISSING', layer: this.name, pointer })
    return this.spoil(Uint8Array.from(data))
  }
  async status(): Promise<DaState> {
    return 'final'
  }
  async audit(pointer: Uint8Array): Promise<void> {
    this.audited.push(keyOf(pointer))
    await this.retrieve(pointer)
  }
  async close(): Promise<void> {}
}

export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export interface TestClaim {
  readonly hash: Uint8Array
  readonly claim: BatchClaim
}

/** Publishes blocks as a batch and makes the claim of it that an honest claimer would. */
export function claimOf(
  built: readonly BuiltBlock[],
  parent: TestClaim | undefined,
  layers: { readonly core: SpoilableDa; readonly witness: SpoilableDa },
): TestClaim {
  const blocks = built.map(({ block }) => block)
  const witness = built.map((each) => each.witness)
  const lastHeader = (blocks.at(-1) as (typeof blocks)[number]).header
  const claim: BatchClaim = {
    number: (parent?.claim.number ?? 0n) + 1n,
    parent: parent?.hash ?? new Uint8Array(32),
    lineage: lastHeader.lineage,
    coreRoot: coreRoot(blocks),
    witnessRoot: witnessRoot(witness),
    lastHeader,
    core: { layer: layers.core.layer, pointer: layers.core.hold(encodeCore(blocks.map(skeletonOf))) },
    witness: { layer: layers.witness.layer, pointer: layers.witness.hold(encodeWitness(witness)) },
    windows: { challenge: 10, data: 10, answer: 3, proof: 10 },
    claimer: new Uint8Array(20),
    claimedAt: 1_700_000_001n,
  }
  return hashed(claim)
}

/** A claim with its hash, as the contract would hash it: it takes in every field. */
export function hashed(claim: BatchClaim): TestClaim {
  const text = JSON.stringify(claim, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value instanceof Uint8Array ? keyOf(value) : value,
  )
  return { hash: digestOf(text), claim }
}

export const claimed = ({ hash, claim }: TestClaim): PlainEvent => ({ kind: 'claim', hash, claim })
