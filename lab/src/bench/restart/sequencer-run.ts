import { availableParallelism } from 'node:os'
import { Closing, DataDir } from '@parley/cli/roles'
import { createExecution } from '@parley/execution'
import { benchConfig } from '@parley/execution/bench'
import { openJournal } from '@parley/journal'
import { ownerAddress, signDigestRecoverable } from '@parley/protocol'
import { createSequencer, type HeaderSigner } from '@parley/sequencer'
import { Registry } from 'prom-client'
import type { Context } from '../../context.ts'
import { stillL2 } from './still-l2.ts'

/** A sequencer over a data directory, and what its start took. */
export interface SequencerRun {
  readonly url: string
  /** From opening the stores until requests are taken. */
  readonly readyMs: number
  readonly snapshotMs: number
  readonly journalMs: number
  stop(): Promise<void>
}

export function signerFrom(secret: Uint8Array): HeaderSigner {
  return { address: ownerAddress(secret), sign: async (digest) => signDigestRecoverable(secret, digest) }
}

/** Starts a sequencer alone, without chains, from what a data directory holds. */
export function startAlone(
  { config, clock, log }: Pick<Context, 'config' | 'clock' | 'log'>,
  dataDir: string,
  signer: HeaderSigner,
): Promise<SequencerRun> {
  return Closing.guard(async (closing) => {
    const started = performance.now()
    const registry = new Registry()
    const execution = await createExecution(
      { config: benchConfig, log },
      { lanes: config.run.lanes ?? availableParallelism(), verifier: config.run.verifier },
    )
    closing.add(() => execution.close())
    const place = new DataDir({ path: dataDir }, closing)
    const journal = await openJournal({ db: await place.bytes('sequencer journal'), registry })
    closing.add(() => journal.close())
    const store = await place.bytes('sequencer blocks, snapshots, finality and inbox')
    const settlement = stillL2(benchConfig, signer.address)
    const sequencer = createSequencer(
      {
        config: benchConfig,
        execution,
        journal,
        store,
        settlement,
        signer,
        signedHeaders: await place.bytes('signed headers'),
        witnesses: [],
        clock,
        log,
        registry,
      },
      // Nothing is claimed here.
      { alone: true, lag: { forcedMs: 86_400_000 } },
    )
    closing.add(() => sequencer.stop())
    await sequencer.start()
    const readyMs = performance.now() - started
    const recovery = await registry.getSingleMetric('parley_sequencer_recovery_seconds')?.get()
    const partMs = (part: string): number =>
      1_000 * (recovery?.values.find(({ labels }) => labels.part === part)?.value ?? Number.NaN)
    return {
      url: sequencer.url,
      readyMs,
      snapshotMs: partMs('snapshot'),
      journalMs: partMs('journal'),
      stop: () => closing.close(),
    }
  })
}
