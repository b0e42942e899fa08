import {
  type Bytes20,
  type ChainConfig,
  firstSchedule,
  genesisHeader,
  millis,
  noSilence,
  type SettlementPage,
  type SettlementReader,
} from '@parley/protocol'
import { pause, systemClock } from '@parley/runtime'

/** An L2 on which nothing but time passes, for measuring a sequencer by itself. */
export function stillL2(config: ChainConfig, sequencer: Bytes20): SettlementReader {
  const { lineage } = config.genesis
  const cursor = { blockNumber: 0n, blockHash: new Uint8Array(32) }
  const page = (): SettlementPage => ({ events: [], cursor, time: millis(BigInt(Date.now())), caughtUp: true })
  return {
    config: async () => config,
    schedule: async () => firstSchedule(sequencer, config.fees),
    silence: async () => noSilence,
    lineage: async () => lineage,
    genesis: async () => genesisHeader(config),
    head: async () => ({ number: 0n, hash: new Uint8Array(32), lastHeader: genesisHeader(config), rescued: false }),
    async *follow(_, __, signal) {
      while (!signal.aborted) {
        yield page()
        await pause(systemClock, 1_000, signal)
      }
    },
  }
}
