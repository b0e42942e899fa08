import {
  type BatchClaim,
  type BlockHeader,
  type Bytes20,
  type ChainConfig,
  firstSchedule,
  genesisHeader,
  type InboxItem,
  millis,
  nextInboxHash,
  noSilence,
  type SettlementEvent,
  type SettlementReader,
} from '@parley/protocol'

const position = (blockNumber: bigint) => ({ blockNumber, blockHash: new Uint8Array(32) })

/** An L2 without a chain: it tells what it is given, in order and for good. */
export class QuietL2 {
  readonly reader: SettlementReader
  private readonly events: SettlementEvent[] = []
  private items = 0n
  private inboxHash: Uint8Array = new Uint8Array(32)
  private claims = 0n
  private moved = Promise.withResolvers<void>()

  constructor(config: ChainConfig, sequencer: Bytes20) {
    const { events } = this
    const genesis = genesisHeader(config)
    const moved = () => this.moved.promise
    this.reader = {
      config: async () => config,
      schedule: async () => firstSchedule(sequencer, config.fees),
      silence: async () => noSilence,
      lineage: async () => config.genesis.lineage,
      genesis: async () => genesis,
      head: async () => ({ number: 0n, hash: new Uint8Array(32), lastHeader: genesis, rescued: false }),
      async *follow(cursor, _, signal) {
        let told = Number(cursor?.blockNumber ?? 0n)
        const aborted = new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        )
        while (!signal.aborted) {
          const waiting = moved()
          const page = events.slice(told)
          told = events.length
          yield { events: page, cursor: position(BigInt(told)), time: millis(BigInt(Date.now())), caughtUp: true }
          await Promise.race([waiting, aborted])
        }
      },
    }
  }

  enqueue(item: InboxItem): void {
    this.inboxHash = nextInboxHash(this.inboxHash, item, new Uint8Array(32))
    const queued = { index: this.items, item, time: millis(0n), inboxHash: this.inboxHash }
    this.items += 1n
    this.tell({ kind: 'item', at: this.next(), queued })
  }

  /** Claims everything up to `lastHeader` and makes it final. */
  settle(lastHeader: BlockHeader): void {
    this.claims += 1n
    const claim = { number: this.claims, lastHeader } as BatchClaim
    this.tell({ kind: 'claim', at: this.next(), hash: new Uint8Array(32), claim })
    this.tell({ kind: 'final', at: this.next(), number: this.claims, hash: new Uint8Array(32) })
  }

  private next() {
    return position(BigInt(this.events.length + 1))
  }

  private tell(event: SettlementEvent): void {
    this.events.push(event)
    this.moved.resolve()
    this.moved = Promise.withResolvers()
  }
}
