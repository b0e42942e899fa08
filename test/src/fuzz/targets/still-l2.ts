import { setTimeout } from 'node:timers/promises'
import {
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  type ClaimHead,
  firstSchedule,
  genesisHeader,
  type InboxItem,
  type L2Confidence,
  type L2Position,
  millis,
  nextInboxHash,
  noSilence,
  type Schedule,
  type SettlementEvent,
  type SettlementPage,
  type SettlementReader,
  type Silence,
} from '@parley/protocol'

/** An L2 on which a few items were queued before anybody looked, and nothing but time has passed since. */
export class StillL2 implements SettlementReader {
  readonly #config: ChainConfig
  readonly #sequencer: Bytes20
  readonly #events: SettlementEvent[] = []
  readonly #at: L2Position = { blockNumber: 1n, blockHash: new Uint8Array(32).fill(1) }

  constructor(config: ChainConfig, sequencer: Bytes20, items: readonly InboxItem[]) {
    this.#config = config
    this.#sequencer = sequencer
    let inboxHash: Uint8Array = new Uint8Array(32)
    items.forEach((item, i) => {
      inboxHash = nextInboxHash(inboxHash, item, this.#at.blockHash)
      const queued = { index: BigInt(i), item, time: millis(config.genesis.timestamp), inboxHash }
      this.#events.push({ kind: 'item', at: this.#at, queued })
    })
  }

  config = async (): Promise<ChainConfig> => this.#config
  schedule = async (): Promise<Schedule> => firstSchedule(this.#sequencer, this.#config.fees)
  silence = async (): Promise<Silence> => noSilence
  lineage = async (): Promise<Bytes32> => this.#config.genesis.lineage
  genesis = async (): Promise<BlockHeader> => genesisHeader(this.#config)
  head = async (): Promise<ClaimHead> => ({
    number: 0n,
    hash: new Uint8Array(32),
    lastHeader: genesisHeader(this.#config),
    rescued: false,
  })

  /** Tells the items once, and every second that the L2's time went on. */
  async *follow(cursor: L2Position | undefined, _: L2Confidence, signal: AbortSignal): AsyncGenerator<SettlementPage> {
    let events = cursor === undefined ? this.#events : []
    while (!signal.aborted) {
      yield { events, cursor: this.#at, time: millis(BigInt(Date.now())), caughtUp: true }
      events = []
      // The signal's reason ends the wait; the loop ends with it.
      await setTimeout(1_000, undefined, { signal }).catch(() => undefined)
    }
  }
}
