import { createHash } from 'node:crypto'
import { type Bytes32, type ChainConfig, limits } from '@parley/protocol'
import type { Logger } from 'pino'
import type { PublishedState } from '../state/published-state.ts'
import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts'
import { encodeManifest, manifestForm, type SnapshotPart } from './manifest.ts'
import { partBytesFor } from './part-size.ts'

export interface FinalSnapshotsDeps {
  readonly config: ChainConfig
  readonly snapshots: SnapshotStore
  readonly log: Logger
}

export interface FinalSnapshotsOptions {
  /** Blocks from one snapshot to the next. */
  readonly snapshotEveryBlocks: number
  /** Bytes that the snapshots which are served may take; a larger state is not written. */
  readonly servedBytes: number
}

/**
 * Writes the final state for others to join by, at the first end of a claim in every span of `snapshotEveryBlocks` blocks:
 * nodes with the same span write the same parts.
 */
export class FinalSnapshots {
  private readonly deps: FinalSnapshotsDeps
  private readonly options: FinalSnapshotsOptions
  /** Span of the newest one that is served, or was found too large; undefined before the store was asked. */
  private span: bigint | undefined

  constructor(deps: FinalSnapshotsDeps, options: FinalSnapshotsOptions) {
    this.deps = deps
    this.options = options
  }

  /**
   * Takes a snapshot when it is time.
   * @param state - A final one, at the end of a claim.
   * @param claimHash - Of that claim.
   * @param goal - Last block that is final; of a span that is over nobody needs a snapshot any more.
   */
  async look(state: PublishedState, claimHash: Bytes32, goal: bigint): Promise<void> {
    const { number } = state.state.header
    this.span ??= this.spanOf((await this.deps.snapshots.served.blocks()).at(-1) ?? -1n)
    const span = this.spanOf(number)
    if (span <= this.span || span < this.spanOf(goal)) return
    this.span = span
    await this.write(state, claimHash)
  }

  /** Blocks of snapshots that are to stay because they are served. */
  kept(): Promise<bigint[]> {
    return this.deps.snapshots.served.blocks()
  }

  private spanOf(block: bigint): bigint {
    return block < 0n ? -1n : block / BigInt(this.options.snapshotEveryBlocks)
  }

  private async write({ state, view, claim }: PublishedState, claimHash: Bytes32): Promise<void> {
    const { snapshots, log } = this.deps
    const maximum = this.options.servedBytes
    const block = state.header.number
    const bytes = view.packedBytes
    if (claim === undefined) throw new TypeError('a snapshot to be served within a claim')
    if (bytes > maximum) {
      log.warn({ block, bytes, maximum }, 'the final state is too large to be served: raise the bound')
      return
    }
    const taken =
      (await snapshots.at(block)) ?? (await snapshots.take(state, claim, view.snapshot(partBytesFor(bytes))))
    await this.serve(taken, claimHash)
    await this.forget()
    log.info({ block, claim, bytes: taken.bytes, parts: taken.chunks }, 'snapshot of a final state is served')
  }

  private async serve(snapshot: Snapshot, claimHash: Bytes32): Promise<void> {
    const { config, snapshots } = this.deps
    const { state, claim } = snapshot
    const parts: SnapshotPart[][] = Array.from({ length: limits.shards }, () => [])
    const digests: Bytes32[] = []
    for await (const { shard, bytes } of snapshots.chunks(snapshot)) {
      const digest = new Uint8Array(createHash('sha256').update(bytes).digest())
      parts[shard]?.push({ digest, bytes: bytes.length })
      digests.push(digest)
    }
    const manifest = encodeManifest({
      form: manifestForm,
      chainId: config.chainId,
      inbox: config.inbox,
      claim,
      claimHash,
      header: state.header,
      prices: state.prices,
      shards: state.shardRoots.map((root, shard) => ({ root, parts: parts[shard] ?? [] })),
    })
    await snapshots.served.add(state.header.number, manifest, digests)
  }

  /** Keeps the newest, and the one before it for those who began with it, if both fit. */
  private async forget(): Promise<void> {
    const { snapshots } = this.deps
    const { served } = snapshots
    const [newest, before, ...older] = (await served.blocks()).reverse()
    for (const block of older) await served.drop(block)
    if (newest === undefined || before === undefined) return
    const [one, other] = await Promise.all([snapshots.at(newest), snapshots.at(before)])
    if ((one?.bytes ?? 0n) + (other?.bytes ?? 0n) > BigInt(this.options.servedBytes)) await served.drop(before)
  }
}
