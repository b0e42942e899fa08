import { availableParallelism } from 'node:os'
import { chooseVerifier, createExecution, createNativeSigner } from '@parley/execution'
import { ownerAddress } from '@parley/protocol'
import { createSequencer, type HeaderSigner, openJournal, type SequencerOptions } from '@parley/sequencer'
import { Registry } from 'prom-client'
import { type Config, needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { collectLessOften } from '../process/heap.ts'
import type { Service } from '../process/service.ts'
import { segmentsPerBlock } from './block-bound.ts'
import { Closing } from './closing.ts'
import { openReader } from './l2.ts'
import { openBytes } from './stores.ts'

function signerOf(secret: Uint8Array): HeaderSigner {
  const { signRecoverable } = createNativeSigner()
  return { address: ownerAddress(secret), sign: async (digest) => signRecoverable(secret, digest) }
}

function optionsOf({ sequencer, run }: Config): SequencerOptions {
  const { minAgeMs, minOperations, maxWaitMs, blockEveryOffers, blockTimeMs, inboxItemsFirst } = sequencer
  const { snapshotEveryBlocks, quotaBurst, quotaPerSecond } = sequencer
  return {
    sealing: { minAgeMs, minOperations, maxWaitMs },
    ...(blockEveryOffers === undefined ? {} : { virtual: { blockEveryOffers, blockTimeMs, inboxItemsFirst } }),
    http: { host: run.host, port: run.port },
    quota: { burst: quotaBurst, perSecond: quotaPerSecond },
    storage: { snapshotEveryBlocks },
  }
}

/** Starts the sequencer: takes messages, keeps its journal, seals blocks. */
export function startSequencer(context: Context): Promise<Service> {
  collectLessOften()
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    const { blockEveryOffers, maxSegments } = config.sequencer
    const dataDir = needed(config, 'run.dataDir')
    const registry = new Registry()
    const settlement = await openReader(context, registry, { dataDir, closing })
    const chain = await settlement.config(signal)
    const execution = await createExecution(
      { config: chain, log: log.child({ part: 'execution' }) },
      {
        lanes: config.run.lanes ?? availableParallelism(),
        verifier: config.run.verifier,
        // Blocks by a clock that counts offers hold all of them, so they are bounded there.
        ...(blockEveryOffers === undefined && { segmentsPerBlock: segmentsPerBlock(config.da.layer, maxSegments) }),
      },
    )
    closing.add(() => execution.close())
    const journal = await openJournal(
      { db: await openBytes(dataDir, 'journal', closing), registry },
      { groupMs: config.sequencer.journalGroupMs },
    )
    closing.add(() => journal.close())
    const sequencer = createSequencer(
      {
        config: chain,
        execution,
        journal,
        store: await openBytes(dataDir, 'chain', closing),
        settlement,
        signer: signerOf(needed(config, 'sequencer.key').reveal()),
        verifier: chooseVerifier(config.run.verifier),
        clock,
        log,
        registry,
      },
      optionsOf(config),
    )
    closing.add(() => sequencer.stop())
    await sequencer.start()
    const { lanes, verifier } = execution
    return { ready: { url: sequencer.url, lanes, verifier }, failed: sequencer.failed, stop: () => closing.close() }
  })
}
