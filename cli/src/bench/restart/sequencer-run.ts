import { availableParallelism } from 'node:os'
import { benchConfig, createExecution } from '@parley/execution'
import { ownerAddress, signDigestRecoverable } from '@parley/protocol'
import { createSequencer, type HeaderSigner, openJournal } from '@parley/sequencer'
import { Registry } from 'prom-client'
import type { Context } from '../../process/context.ts'
import { Closing } from '../../role/closing.ts'
import { openBytes } from '../../role/stores.ts'
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
    const journal = await openJournal({ db: await openBytes(dataDir, 'journal', closing), registry })
    closing.add(() => journal.close())
    const store = await openBytes(dataDir, 'chain', closing)
    const settlement = stillL2(benchConfig, signer.address)
    const sequencer = createSequencer({
      config: benchConfig,
      execution,
      journal,
      store,
      settlement,
      signer,
      clock,
      log,
      registry,
    })
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
