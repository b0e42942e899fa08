import { coreRoot, decodeCore, decodeWitness, type SealedBlock, sameBytes, witnessRoot } from '@parley/protocol'
import { type Clock, systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import {
  type Batcher,
  type BatcherDeps,
  type BatcherOptions,
  type BatcherStore,
  createBatcher,
} from '../../src/index.ts'
import { ScriptedSource } from './chain.ts'
import { MemoryDa, MemorySettlement } from './layers.ts'

/** A batcher among parts in memory that outlive it, as they outlive a process. */
export class Rig {
  readonly core = new MemoryDa('core')
  readonly witness = new MemoryDa('witness')
  readonly settlement = new MemorySettlement()
  readonly store: BatcherStore = new MemoryLevel<string, string>()
  readonly source: ScriptedSource
  readonly clock: Clock
  metrics = new Registry()

  constructor(sealed: readonly SealedBlock[], clock: Clock = systemClock) {
    this.source = new ScriptedSource(sealed)
    this.clock = clock
    this.settlement.onClaim = ({ core, witness }) => {
      const there = (da: MemoryDa, pointer: Uint8Array) => da.held.has(Buffer.from(pointer).toString('hex'))
      if (!there(this.core, core.pointer) || !there(this.witness, witness.pointer))
        throw new Error('claimed before it was published')
    }
  }

  start(options: BatcherOptions = {}, deps: Partial<BatcherDeps> = {}): Running {
    this.metrics = new Registry()
    const batcher = createBatcher(
      {
        blocks: this.source,
        layers: { core: [this.core], witness: [this.witness] },
        settlement: this.settlement,
        store: this.store,
        clock: this.clock,
        log: pino({ level: 'silent' }),
        metrics: this.metrics,
        ...deps,
      },
      { maxAgeMs: 5, watchEveryMs: 50, firstBackoffMs: 5, maxBackoffMs: 20, ...options },
    )
    return new Running(batcher)
  }

  /** Codes of the faults met since the last start: a status shows one only until the next try. */
  async faults(): Promise<unknown[]> {
    const counted = await this.metrics.getSingleMetric('parley_batcher_faults_total')?.get()
    return counted?.values.map(({ labels }) => labels.code) ?? []
  }

  /** Numbers of the blocks claimed so far, checked against what was published for them. */
  claimedBlocks(): bigint[] {
    return this.settlement.claims.flatMap((claim) => {
      const bytes = (da: MemoryDa, pointer: Uint8Array) =>
        da.held.get(Buffer.from(pointer).toString('hex')) as Uint8Array
      const skeletons = decodeCore(bytes(this.core, claim.core.pointer))
      const witness = decodeWitness(bytes(this.witness, claim.witness.pointer), skeletons)
      const sealed = this.source.range(claim.lastHeader.number - BigInt(skeletons.length) + 1n, skeletons.length)
      if (!sameBytes(claim.coreRoot, coreRoot(sealed.map(({ block }) => block)))) throw new Error('core root')
      if (!sameBytes(claim.witnessRoot, witnessRoot(witness))) throw new Error('witness root')
      return sealed.map(({ block }) => block.header.number)
    })
  }
}

/** A batcher that runs until it is stopped or fails. */
export class Running {
  readonly batcher: Batcher
  readonly ended: Promise<unknown>
  private readonly controller = new AbortController()

  constructor(batcher: Batcher) {
    this.batcher = batcher
    this.ended = batcher.run(this.controller.signal).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async stop(): Promise<void> {
    this.controller.abort()
    await this.ended
  }
}

/** Waits until `holds`, looking at every turn of the event loop. @throws after ten seconds, naming `what`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 340_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not come: ${what}`)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

export const numbers = (first: number, last: number): bigint[] =>
  Array.from({ length: last - first + 1 }, (_, i) => BigInt(first + i))
