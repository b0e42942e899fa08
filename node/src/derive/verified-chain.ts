import { type Execution, type ShardChunk, StateView } from '@parley/execution'
import {
  type BlockFault,
  type BlockHeader,
  type ChainConfig,
  CodedError,
  consumedItems,
  genesisHeader,
  type InboxWindow,
  limits,
  pricesAfter,
  ShardType,
  type ViewedBlock,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { NodeError, notReady } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import { StateLock } from '../lock.ts'
import { FinalSnapshots } from '../snapshot/final-snapshots.ts'
import { partBytesFor } from '../snapshot/part-size.ts'
import { FinalState } from '../state/final-state.ts'
import { PublishedState } from '../state/published-state.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { ChainStore, CompletedClaim } from '../store/chain-store.ts'
import { historyPages } from '../store/history-pages.ts'
import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts'

export interface VerifiedChainDeps {
  readonly config: ChainConfig
  readonly execution: Execution
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly l2: L2Log
  readonly log: Logger
}

export interface VerifiedChainOptions {
  readonly maxWaitingReads: number
  /** Take a snapshot at the first claim's end after this many blocks. */
  readonly snapshotEveryBlocks: number
  /** Newest snapshots kept, beside the newest final one and the first. */
  readonly snapshotsKept: number
  /** Bytes that snapshots of final states may take which others join by. */
  readonly servedBytes: number
}

/** A block under way, with what is recorded of it. */
interface Recording {
  readonly block: ViewedBlock
  readonly state: VerifiedState
  readonly completed: CompletedClaim | undefined
  readonly itemAt: Parameters<typeof historyPages>[1]
}

/** The lanes' state and what is stored, kept in step: after every block, and after every crash. */
export class VerifiedChain {
  private readonly deps: VerifiedChainDeps
  private readonly options: VerifiedChainOptions
  private readonly lock: StateLock
  private current: VerifiedState | undefined
  /** The state after the block given last, if that is right. */
  private given: VerifiedState | undefined
  /** Settles when the block given last is recorded; rejects when it cannot be. */
  private recorded: Promise<unknown> = Promise.resolve()
  private lastSnapshot = 0n
  /** What readers are shown, in step with `current`. */
  private view = new StateView()
  private latest: PublishedState | undefined
  private readonly final: FinalState
  private readonly served: FinalSnapshots
  /** Last block whose changes are not needed any more. */
  private forgottenThrough = 0n
  /** What lanes told of blocks that are not recorded yet, in order. */
  private readonly changes: (readonly Uint8Array[])[] = []

  constructor(deps: VerifiedChainDeps, options: VerifiedChainOptions) {
    this.deps = deps
    this.options = options
    this.lock = new StateLock(options.maxWaitingReads)
    this.served = new FinalSnapshots(deps, options)
    const reached = this.served.look.bind(this.served)
    this.final = new FinalState({ ...deps, reached })
    deps.execution.onVerified((_, changes) => this.changes.push(changes))
  }

  /** A state for readers, who wait for nobody; undefined while there is none. Read at once: the view goes on with the next block. */
  published(at: 'latest' | 'final'): PublishedState | undefined {
    return at === 'latest' ? this.latest : this.final.published(this.deps.l2.summary?.final ?? 0n)
  }

  /** Brings the final state that readers are shown to the newest final claim, and forgets what is not needed for it. */
  async followFinality(): Promise<void> {
    const { store, l2 } = this.deps
    const final = l2.summary?.final ?? 0n
    await this.final.follow(final)
    const restorable = await this.newestSnapshot(final)
    const { block } = this.final
    if (restorable === undefined || block === undefined) return
    const through = restorable < block ? restorable : block
    if (through <= this.forgottenThrough) return
    await store.forgetChanges(through)
    this.forgottenThrough = through
  }

  /** The state after the block recorded last; undefined while it is being restored. */
  get state(): VerifiedState | undefined {
    return this.current
  }

  /** Reads the lanes and the store between two blocks. @throws {NodeError} `OVERLOADED`; {RequestError} `NOT_READY`. */
  read<T>(use: (state: VerifiedState, execution: Execution) => Promise<T>): Promise<T> {
    return this.lock.alone(async () => {
      return use(assertState(this.current), this.deps.execution)
    }, 'read')
  }

  /** The part of the inbox that blocks up to `inboxCount` can meet. */
  async window(parent: BlockHeader, inboxCount: bigint): Promise<InboxWindow> {
    const consumed = inboxCount > parent.inboxCount ? Number(inboxCount - parent.inboxCount) : 0
    const most = limits.inboxItemsPerBlock * limits.blocksPerBatch
    const waiting = await this.deps.l2.queue(parent.inboxCount, Math.min(consumed, most) + limits.inboxItemsPerBlock)
    return { waiting, hashBefore: parent.inboxHash }
  }

  /**
   * Executes the block after the one given last, comparing every root, and records it. The next may be given before this
   * one is done, so that lanes need not wait until it is recorded.
   * @param window - Inbox from the inboxCount of the block before on.
   * @returns the first difference. The state is of no use after one, and blocks given since fail: call `resetTo`.
   */
  advance(
    block: ViewedBlock,
    window: InboxWindow,
    completed: CompletedClaim | undefined,
  ): Promise<BlockFault | undefined> {
    return this.lock.together(() => {
      const before = assertState(this.given)
      const items = consumedItems(block.header, before.header, window)
      const state = stateAfter(block, items, before)
      this.given = state
      const executing = this.execute(block, items, before)
      const recorded = this.recordAfter(this.recorded, executing, {
        block,
        state,
        completed,
        itemAt: itemsFrom(before.header, items),
      })
      this.recorded = recorded
      // Whoever gave the block is told.
      recorded.catch(() => undefined)
      return recorded
    })
  }

  /** Takes back every block after verified claim `claim` and brings the lanes there. */
  async resetTo(claim: bigint): Promise<void> {
    await this.lock.alone(async () => {
      this.standAt(undefined)
      this.recorded = Promise.resolve()
      const { store, snapshots, log } = this.deps
      // Readers see what stands meanwhile, if they see it now.
      if (this.latest?.claim !== claim) this.latest = undefined
      // Snapshots first: one left over by a crash would later pass for one of the chain that took its place.
      for (const snapshot of await snapshots.all()) if (snapshot.claim > claim) await snapshots.drop(snapshot)
      await store.discardAfter(claim)
      await this.restore()
      this.show(assertState(this.current))
      log.info({ claim: store.tip.claim, block: store.tip.block }, 'state restored')
    })
  }

  /** Whether it is time for a snapshot at `block`, which must end a claim. */
  isSnapshotDue(block: bigint): boolean {
    return block - this.lastSnapshot >= BigInt(this.options.snapshotEveryBlocks)
  }

  /** Takes a snapshot when it is time, and forgets those no longer needed. Call at the end of a claim. */
  async snapshotIfDue(finalClaim: bigint): Promise<void> {
    const { store, snapshots, execution, log } = this.deps
    if (!this.isSnapshotDue(store.tip.block)) return
    await this.lock.alone(async () => {
      const state = assertState(this.current)
      const taken = await snapshots.take(
        state,
        store.tip.claim,
        execution.snapshot(partBytesFor(this.view.packedBytes)),
      )
      this.lastSnapshot = state.header.number
      log.info({ block: state.header.number, bytes: taken.bytes, chunks: taken.chunks }, 'snapshot taken')
      await this.forgetSnapshots(finalClaim)
    })
  }

  /** Block of the newest snapshot at or before the end of `claim`. */
  async newestSnapshot(claim: bigint): Promise<bigint | undefined> {
    return (await this.deps.snapshots.all()).findLast((snapshot) => snapshot.claim <= claim)?.state.header.number
  }

  private async forgetSnapshots(finalClaim: bigint): Promise<void> {
    const all = await this.deps.snapshots.all()
    const newestFinal = all.findLast(({ claim }) => claim <= finalClaim)
    const newest = new Set(all.slice(-this.options.snapshotsKept))
    const served = new Set(await this.served.kept())
    for (const snapshot of all) {
      const isKept = snapshot === newestFinal || newest.has(snapshot) || served.has(snapshot.state.header.number)
      if (snapshot.claim !== 0n && !isKept) await this.deps.snapshots.drop(snapshot)
    }
  }

  /** Records a block once it was executed and the ones before it are recorded. */
  private async recordAfter(
    before: Promise<unknown>,
    executing: Promise<BlockFault | undefined>,
    { block, state, completed, itemAt }: Recording,
  ): Promise<BlockFault | undefined> {
    // What the ones before it fail with is told first.
    executing.catch(() => undefined)
    await before
    const fault = await executing
    if (fault !== undefined) {
      this.standAt(undefined)
      return fault
    }
    const roots = rootsOf(block) + (completed === undefined ? 0 : rootsOfClaim)
    const changes = this.changes.shift() ?? []
    await this.deps.store.append({ block, state, pages: historyPages(block, itemAt), changes }, roots, completed)
    for (const each of changes) this.view.apply(each)
    this.show(state)
    return undefined
  }

  /** Lanes and store are at this state, or at none. */
  private standAt(state: VerifiedState | undefined): void {
    this.current = state
    this.given = state
  }

  private show(state: VerifiedState): void {
    const { claim, claimBlock } = this.deps.store.tip
    this.current = state
    this.latest = new PublishedState(state, this.view, state.header.number === claimBlock ? claim : undefined)
  }

  private execute(
    block: ViewedBlock,
    items: Parameters<Execution['verify']>[2],
    before: VerifiedState,
  ): Promise<BlockFault | undefined> {
    return this.deps.execution.verify(block, before.prices, items)
  }

  /** Newest usable snapshot → stored blocks after it, as far as they can be executed again. */
  private async restore(): Promise<void> {
    const { store, snapshots, log } = this.deps
    await this.assertGenesis()
    for (const snapshot of (await snapshots.all()).reverse()) {
      if (!(await this.load(snapshot))) {
        await snapshots.drop(snapshot)
        continue
      }
      const fault = await this.replay(snapshot)
      if (fault === undefined) return
      log.error(
        { fault: fault.toJSON(), block: snapshot.state.header.number },
        'stored blocks cannot be executed again',
      )
      // The DA layers are asked again from here on.
      await store.discardAfter(snapshot.claim)
      if (await this.load(snapshot)) return
      await snapshots.drop(snapshot)
    }
    throw new NodeError({ code: 'STORE_INVALID', record: 'snapshot', reason: 'not even the first one can be restored' })
  }

  /** The state before the first block is kept as a snapshot too, so that there is always one to go back to. */
  private async assertGenesis(): Promise<void> {
    const { snapshots, execution, config } = this.deps
    if ((await snapshots.at(0n)) !== undefined) return
    const empty = ShardType.hashTreeRoot(ShardType.defaultValue())
    const state = {
      header: genesisHeader(config),
      prices: config.genesis.prices,
      shardRoots: Array.from({ length: limits.shards }, () => empty),
    }
    await snapshots.take(state, 0n, execution.snapshot())
  }

  private async load(snapshot: Snapshot): Promise<boolean> {
    const { execution, snapshots, log } = this.deps
    const { state } = snapshot
    try {
      // A view of its own: readers may still see the one before.
      const view = new StateView()
      await execution.restore(this.viewed(view, snapshots.chunks(snapshot)), state.shardRoots)
      view.restoreEnd()
      this.view = view
    } catch (error) {
      if (!(error instanceof CodedError) || !unusable.has(error.fault.code)) throw error
      log.error({ fault: error.toJSON(), block: state.header.number }, 'snapshot cannot be restored')
      return false
    }
    this.standAt(state)
    this.lastSnapshot = state.header.number
    return true
  }

  /** Gives the view the chunks that lanes are restored from. */
  private async *viewed(view: StateView, chunks: AsyncIterable<ShardChunk>): AsyncGenerator<ShardChunk> {
    this.changes.length = 0
    view.restoreBegin()
    for await (const chunk of chunks) {
      view.restoreChunk(chunk)
      yield chunk
    }
  }

  private async replay(snapshot: Snapshot): Promise<NodeError | undefined> {
    const { store } = this.deps
    const broken = (block: bigint, reason: string): NodeError =>
      new NodeError({ code: 'STORE_INVALID', record: `block ${block}`, reason })
    for (let number = snapshot.state.header.number + 1n; number <= store.tip.block; number += 1n) {
      const before = assertState(this.current)
      const block = await store.signedBlock(number)
      if (block === undefined) return broken(number, 'was pruned')
      const window = await this.window(before.header, block.header.inboxCount)
      const items = consumedItems(block.header, before.header, window)
      const fault = await this.execute(block, items, before)
      if (fault !== undefined) return broken(number, fault.code)
      const after = stateAfter(block, items, before)
      this.standAt(after)
      for (const changes of this.changes.shift() ?? []) this.view.apply(changes)
    }
    return undefined
  }
}

function assertState(state: VerifiedState | undefined): VerifiedState {
  if (state === undefined) throw notReady('restoring')
  return state
}

const unusable = new Set(['SNAPSHOT_INVALID', 'STORE_INVALID'])

/** The state that a block makes if it is right. */
export function stateAfter(
  block: ViewedBlock,
  items: ReturnType<typeof consumedItems>,
  before: VerifiedState,
): VerifiedState {
  const shardRoots = [...before.shardRoots]
  for (const run of block.runs.runs) shardRoots[run.shard] = block.runs.root(run.postRoot).slice()
  return { header: block.header, prices: pricesAfter(before.prices, items), shardRoots }
}

function itemsFrom(before: BlockHeader, items: ReturnType<typeof consumedItems>): Parameters<typeof historyPages>[1] {
  return (index) => {
    const item = items[Number(index - before.inboxCount)]
    if (item === undefined) throw new RangeError(`inbox item ${index} is not of this block`)
    return item
  }
}

/** Roots of a claim besides its blocks': core and witness. */
const rootsOfClaim = 2

/** Roots of a block that verification compares: each segment's, the runs' and the state's. */
function rootsOf({ runs }: ViewedBlock): number {
  return runs.runs.reduce((sum, run) => sum + run.segments.length, 2)
}
