import {
  type Bytes20,
  type ChainConfig,
  genesisHeader,
  type SettlementPage,
  type SettlementReader,
} from '@parley/protocol'

/** L2 time told with every page: no block is ever opened later than it. */
const farAhead = 2n ** 62n

/** An L2 on which nothing ever happens, for measuring a sequencer by itself. */
export function stillL2(config: ChainConfig, sequencer: Bytes20): SettlementReader {
  const { lineage } = config.genesis
  const cursor = { blockNumber: 0n, blockHash: new Uint8Array(32) }
  const page: SettlementPage = { events: [], cursor, time: farAhead, caughtUp: true }
  return {
    config: async () => config,
    sequencer: async () => sequencer,
    lineage: async () => lineage,
    genesis: async () => genesisHeader(config),
    head: async () => ({ number: 0n, hash: new Uint8Array(32), lastHeader: genesisHeader(config) }),
    async *follow(_, __, signal) {
      yield page
      if (signal.aborted) return
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    },
  }
}
