import { createSequencerClient } from '@parley/client'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { createExecution } from '@parley/execution'
import { openJournal } from '@parley/journal'
import {
  type ChainConfig,
  firstSchedule,
  ownerAddress,
  type SealedBlock,
  signDigestRecoverable,
} from '@parley/protocol'
import { type BlockSourceHarness, blockSourceCompliance } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { createSequencer } from '@parley/sequencer'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { describe, test } from 'vitest'
import { log } from './support/l2.ts'
import { QuietL2 } from './support/quiet-l2.ts'
import { until } from './support/until.ts'

const config: ChainConfig = {
  chainId: 901n,
  inbox: new Uint8Array(20).fill(1),
  fees: { minPrice: 1n, target: 1_000n, fraction: 10_000n },
  forceDelayMs: 60_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 0n, witnessByte: 0n, settlement: 0n, stateByte: 0n },
    lineage: new Uint8Array(32).fill(2),
  },
}
const secret = new Uint8Array(32).fill(3)
const address = ownerAddress(secret)
const store = () => new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })

/** A sequencer that seals a block for every deposit, read over its WebSocket feed. */
async function overTheFeed(): Promise<BlockSourceHarness> {
  const l2 = new QuietL2(config, address)
  const execution = await createExecution({ config, log }, { lanes: 1, verifier: 'portable' })
  const journal = await openJournal({ db: store() })
  const sequencer = createSequencer(
    {
      config,
      execution,
      journal,
      store: store(),
      settlement: l2.reader,
      signer: { address, sign: async (digest) => signDigestRecoverable(secret, digest) },
      signedHeaders: store(),
      witnesses: [],
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    {
      alone: true,
      sealing: { minAgeMs: 0, minOperations: 1 },
      storage: { snapshotEveryBlocks: 1, keepSnapshots: 1, keepFinalBlocks: 0 },
    },
  )
  await sequencer.start()
  const client = createSequencerClient({ url: sequencer.url, clock: systemClock })
  let sealed = 0n
  const seal = async (): Promise<SealedBlock> => {
    sealed += 1n
    const owner = new Uint8Array(20).fill(7)
    l2.enqueue({ selector: 0, value: { shard: 0, account: 0, owner, amount: 1_000n } })
    await until(async () => (await client.block(sealed)) !== undefined)
    return (await client.block(sealed)) as SealedBlock
  }
  return {
    source: createSequencerBlockSource(
      { url: sequencer.url, clock: systemClock },
      { deployment: config, keys: async () => firstSchedule(address, config.fees).keys },
    ),
    seal,
    async forget(before) {
      l2.settle(((await client.block(before)) as SealedBlock).block.header)
      // Blocks are forgotten when a snapshot was written.
      await until(async () => (await client.status()).finality.final === before)
      await seal()
      await until(async () => (await client.block(before - 1n)) === undefined)
    },
    async dispose() {
      await sequencer.stop()
      await execution.close()
      await journal.close()
    },
  }
}

describe('block source over the sequencer’s feed', () => {
  for (const { name, run } of blockSourceCompliance(overTheFeed)) test(name, run)
})
