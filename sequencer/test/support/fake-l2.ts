import {
  type BatchClaim,
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  type ClaimHead,
  genesisHeader,
  type InboxItem,
  type L2Confidence,
  type L2Position,
  nextInboxHash,
  type QueuedItem,
  type SettlementEvent,
  type SettlementPage,
  type SettlementReader,
} from '@parley/protocol'
import { firstOf, Pulse } from '../../src/pulse.ts'

const blockHash = (number: bigint, fork: number): Bytes32 => {
  const hash = new Uint8Array(32)
  new DataView(hash.buffer).setBigUint64(0, number)
  hash[31] = fork
  return hash
}

/** An L2 in memory whose blocks are all safe at once. Each call that makes an event makes a block. */
export class FakeL2 implements SettlementReader {
  /** L2 time told with each page; far ahead unless a test is about it. */
  time = 2n ** 62n
  lineageNow: Bytes32
  /** Thrown by the next page, once. */
  failNext: Error | undefined

  private readonly log: SettlementEvent[] = []
  private readonly queue: QueuedItem[] = []
  private block = 0n
  private fork = 0
  private claims = 0n
  private headHeader: BlockHeader
  private readonly moved = new Pulse()

  private readonly chain: ChainConfig
  private readonly address: Bytes20

  constructor(chain: ChainConfig, address: Bytes20) {
    this.chain = chain
    this.address = address
    this.lineageNow = chain.genesis.lineage
    this.headHeader = genesisHeader(chain)
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
      const queued = { index: BigInt(this.queue.length), item, time: this.chain.genesis.timestamp, inboxHash }
      this.queue.push(queued)
      this.log.push({ kind: 'item', at, queued })
    }
    this.moved.beat()
  }

  claim(lastHeader: BlockHeader): void {
    this.claims += 1n
    this.headHeader = lastHeader
    const claim = { number: this.claims, lastHeader } as BatchClaim
    this.tell({ kind: 'claim', at: this.nextBlock(), hash: new Uint8Array(32), claim })
  }

  finalize(number = this.claims): void {
    this.tell({ kind: 'final', at: this.nextBlock(), number, hash: new Uint8Array(32) })
  }

  removal(lineage: Bytes32): void {
    this.tell({ kind: 'removal', at: this.nextBlock(), standing: 0n, lineage })
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

  config = async (): Promise<ChainConfig> => this.chain
  sequencer = async (): Promise<Bytes20> => this.address
  lineage = async (): Promise<Bytes32> => this.lineageNow
  genesis = async (): Promise<BlockHeader> => genesisHeader(this.chain)
  head = async (): Promise<ClaimHead> => ({
    number: this.claims,
    hash: new Uint8Array(32),
    lastHeader: this.headHeader,
  })

  /** The cursor's hash is not looked at: it goes on behind the events told up to its block. */
  async *follow(cursor: L2Position | undefined, _: L2Confidence, signal: AbortSignal): AsyncGenerator<SettlementPage> {
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
      const events = this.log.slice(told)
      told = this.log.length
      const at = { blockNumber: this.block, blockHash: blockHash(this.block, this.fork) }
      yield { events, cursor: at, time: this.time, caughtUp: true }
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
