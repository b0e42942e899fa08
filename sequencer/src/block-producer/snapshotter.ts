import type { Execution } from '@parley/execution'
import { type Journal, type JournalPosition, limits } from '@parley/protocol'
import type { Logger } from 'pino'
import type { SealedChain } from '../chain/sealed-chain.ts'
import type { Metrics } from '../metrics.ts'
import type { StorageOptions } from '../options.ts'
import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts'

export interface SnapshotterDeps {
  readonly execution: Pick<Execution, 'snapshot'>
  readonly journal: Journal
  readonly chain: SealedChain
  readonly store: SnapshotStore
  readonly log: Logger
  readonly metrics: Metrics
  /** Last final block: blocks are forgotten some way behind it. */
  readonly finalBlock: () => bigint
  /** Records from here on are needed all the same; undefined when none are. */
  readonly neededFrom: () => JournalPosition | undefined
  readonly fail: (error: unknown) => void
}

/** Writes snapshots in the background and forgets what they make needless: the journal before them and old blocks. */
export class Snapshotter {
  private last: bigint
  private writing: Promise<void> | undefined
  private readonly deps: SnapshotterDeps
  private readonly options: StorageOptions

  /** @param last - Block of the latest snapshot; 0 when there is none. */
  constructor(deps: SnapshotterDeps, options: StorageOptions, last: bigint) {
    this.deps = deps
    this.options = options
    this.last = last
  }

  /** Whether a snapshot is to be taken after block `number`. */
  due(number: bigint): boolean {
    return this.writing === undefined && number - this.last >= BigInt(this.options.snapshotEveryBlocks)
  }

  /** Copies the state after the last sealed block, while no block is open; writing it goes on after the call. */
  async capture(): Promise<void> {
    const { execution, journal, chain, metrics, fail } = this.deps
    const started = performance.now()
    const shards: Uint8Array[][] = Array.from({ length: limits.shards }, () => [])
    for await (const { shard, bytes } of execution.snapshot()) shards[shard]?.push(bytes)
    const index = Array.from({ length: limits.shards }, (_, shard) => [chain.index.encode(shard)])
    const { header, prices, shardRoots } = chain.tip
    const fees = structuredClone(chain.fees.fees)
    this.last = header.number
    metrics.snapshot.observe({ part: 'capture' }, (performance.now() - started) / 1000)
    this.writing = this.write({ header, prices, shardRoots, fees, journalFrom: journal.next, shards, index })
      .catch(fail)
      .finally(() => {
        this.writing = undefined
      })
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.writing
  }

  private async write(snapshot: Snapshot): Promise<void> {
    const { store, journal, chain, log, metrics, finalBlock, neededFrom } = this.deps
    const started = performance.now()
    // A removal goes back to the last final claim at most: state and journal from there on stay.
    const oldest = await store.write(snapshot, this.options.keepSnapshots, finalBlock())
    if (oldest !== undefined) {
      const needed = neededFrom() ?? oldest.journalFrom
      await journal.prune(needed < oldest.journalFrom ? needed : oldest.journalFrom)
    }
    const forget = finalBlock() - BigInt(this.options.keepFinalBlocks)
    if (forget > 0n) await chain.blocks.forget(forget)
    const tookMs = performance.now() - started
    metrics.snapshot.observe({ part: 'write' }, tookMs / 1000)
    const bytes = snapshot.shards.flat().reduce((sum, piece) => sum + piece.length, 0)
    log.info({ block: snapshot.header.number, bytes, tookMs: Math.round(tookMs) }, 'snapshot written')
  }
}
