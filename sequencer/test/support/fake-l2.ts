import {
  type BatchClaim,
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  type ClaimHead,
  type CodedError,
  type FollowWatch,
  firstSchedule,
  genesisHeader,
  type InboxItem,
  type L2Confidence,
  type L2Position,
  millis,
  nextInboxHash,
  noSilence,
  type QueuedItem,
  type RulesVersion,
  type Schedule,
  type SequencerKey,
  SettlementError,
  type SettlementEvent,
  type SettlementPage,
  type SettlementReader,
  type Silence,
} from '@parley/protocol'
import { type Clock, firstOf, Pulse, systemClock } from '@parley/runtime'

const blockHash = (number: bigint, fork: number): Bytes32 => {
  const hash = new Uint8Array(32)
  new DataView(hash.buffer).setBigUint64(0, number)
  hash[31] = fork
  return hash
}

/** An L2 in memory whose blocks are all safe at once. Each call that makes an event makes a block. */
export class FakeL2 implements SettlementReader {
  /** L2 time told with each page; the clock's unless a test is about it. */
  time: bigint | undefined
  /** The same, of safe blocks. */
  safeTime: bigint | undefined
  clock: Pick<Clock, 'now'> = systemClock
  lineageNow: Bytes32
  /** Thrown by the next page, once. */
  failNext: Error | undefined
  /** What it answers with instead of blocks, to those who follow it; wake them with `empty`. */
  astray: CodedError | undefined
  /** Answers nothing. */
  unreachable = false

  private readonly log: SettlementEvent[] = []
  private readonly queue: QueuedItem[] = []
  private block = 0n
  private fork = 0
  private scheduleNow: Schedule
  silenceNow = noSilence
  /** Last headers of the claims that stand, that of claim 0 first. */
  private readonly claimed: BlockHeader[]
  private readonly moved = new Pulse()

  private readonly chain: ChainConfig

  constructor(chain: ChainConfig, address: Bytes20) {
    this.chain = chain
    this.lineageNow = chain.genesis.lineage
    this.claimed = [genesisHeader(chain)]
    this.scheduleNow = firstSchedule(address, chain.fees)
  }

  get items(): readonly QueuedItem[] {
    return this.queue
  }

  /** Queues items, each in a block of its own. */
  enqueue(...items: readonly InboxItem[]): void {
    for (const item of items) {
      const at = this.nextBlock()
      const previous = this.queue.at(-1)?.inboxHash ?? new Uint8Array(32)
      const inboxHash = nextInboxHash(previous, item, blockHash(at.blockNumber - 1n, this.fork))
      const queued = { index: BigInt(this.queue.length), item, time: millis(this.chain.genesis.timestamp), inboxHash }
      this.queue.push(queued)
      this.log.push({ kind: 'item', at, queued })
    }
    this.moved.beat()
  }

  claim(lastHeader: BlockHeader): void {
    this.claimed.push(lastHeader)
    const claim = { number: this.claims, lastHeader } as BatchClaim
    this.tell({ kind: 'claim', at: this.nextBlock(), hash: new Uint8Array(32), claim })
  }

  finalize(number = this.claims): void {
    this.tell({ kind: 'final', at: this.nextBlock(), number, hash: new Uint8Array(32) })
  }

  /** Removes the claims after number `standing`. */
  removal(lineage: Bytes32, standing = 0n): void {
    this.claimed.splice(Number(standing) + 1)
    this.lineageNow = lineage
    this.tell({ kind: 'removal', at: this.nextBlock(), standing, lineage })
  }

  /** Announces rules, or withdraws those announced last. */
  announce(version: RulesVersion | undefined): void {
    const { rules, ...rest } = this.scheduleNow
    const from = rules.at(-1)?.from ?? 0n
    this.scheduleNow = { ...rest, rules: version === undefined ? rules.slice(0, -1) : [...rules, version] }
    const at = this.nextBlock()
    this.tell(version === undefined ? { kind: 'rules withdrawn', at, from } : { kind: 'rules', at, version })
  }

  /** Gives the header key another entry in the schedule. */
  schedules(key: SequencerKey): void {
    this.scheduleNow = { ...this.scheduleNow, keys: [...this.scheduleNow.keys, key] }
    this.tell({ kind: 'key', at: this.nextBlock(), key })
  }

  private get claims(): bigint {
    return BigInt(this.claimed.length - 1)
  }

  /** Takes back the blocks after `number`, and the items in them. */
  rollBack(number: bigint): void {
    this.fork += 1
    this.block = number
    const items = this.log.filter((event) => event.kind === 'item' && event.at.blockNumber > number)
    this.queue.splice(this.queue.length - items.length)
    this.tell({ kind: 'rollback', to: { blockNumber: number, blockHash: blockHash(number, 0) } })
  }

  /** A block without events. */
  empty(): void {
    this.nextBlock()
    this.moved.beat()
  }

  config = async (): Promise<ChainConfig> => {
    if (this.unreachable) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'connection refused' })
    return this.chain
  }
  schedule = async (): Promise<Schedule> => this.scheduleNow
  silence = async (): Promise<Silence> => this.silenceNow
  lineage = async (): Promise<Bytes32> => this.lineageNow
  genesis = async (): Promise<BlockHeader> => genesisHeader(this.chain)
  head = async (): Promise<ClaimHead> => ({
    number: this.claims,
    hash: new Uint8Array(32),
    lastHeader: this.claimed.at(-1) as BlockHeader,
    rescued: false,
  })

  /** The cursor's hash is not looked at: it goes on behind the events told up to its block. */
  async *follow(
    cursor: L2Position | undefined,
    confidence: L2Confidence,
    signal: AbortSignal,
    watch?: FollowWatch,
  ): AsyncGenerator<SettlementPage> {
    const from = cursor?.blockNumber ?? -1n
    let told = this.log.findIndex((event) => event.kind !== 'rollback' && event.at.blockNumber > from)
    if (told === -1) told = this.log.length
    while (!signal.aborted) {
      const moved = this.moved.next()
      if (this.failNext !== undefined) {
        const error = this.failNext
        this.failNext = undefined
        throw error
      }
      if (this.astray !== undefined) {
        watch?.failed(this.astray)
        // Ending is how a follower is told to stop.
        await firstOf([moved], signal).catch(() => undefined)
        continue
      }
      watch?.answered()
      const events = this.log.slice(told)
      told = this.log.length
      const at = { blockNumber: this.block, blockHash: blockHash(this.block, this.fork) }
      const time = (confidence === 'safe' ? this.safeTime : undefined) ?? this.time ?? BigInt(this.clock.now())
      yield { events, cursor: at, time: millis(time), caughtUp: true }
      // Ending is how a follower is told to stop.
      await firstOf([moved], signal).catch(() => undefined)
    }
  }

  private tell(event: SettlementEvent): void {
    this.log.push(event)
    this.moved.beat()
  }

  private nextBlock(): L2Position {
    this.block += 1n
    return { blockNumber: this.block, blockHash: blockHash(this.block, this.fork) }
  }
}
