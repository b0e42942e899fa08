import { Worker } from 'node:worker_threads'
import {
  type BlockFault,
  type Bytes32,
  limits,
  type Prices,
  type QueuedItem,
  type Shard,
  type SignedOperation,
  type ViewedBlock,
} from '@parley/protocol'
import type {
  AccountRead,
  BlockOpening,
  ConversationRead,
  ExecutedBatch,
  Execution,
  ExecutionDeps,
  ExecutionLoad,
  ExecutionOptions,
  SealedRuns,
  ShardChunk,
  ShardRead,
  VerifiedListener,
} from './api.ts'
import { chunkTargetBytes } from './codec/snapshot.ts'
import { ExecutionError, type ExecutionFault } from './faults.ts'
import { LaneHandle } from './main/lane-handle.ts'
import { PhaseKeeper } from './main/phase.ts'
import { entriesOfLanes } from './main/replay.ts'
import { gatherRoots, gatherRuns } from './main/sealing.ts'
import { restoreShards, shardValues, snapshotShards } from './main/snapshots.ts'
import { MessageSpreader, submitOperation } from './main/submission.ts'
import { firstFault, itemsOfLanes, runsOfLanes, shardFault, stateRootFault } from './main/verification.ts'
import { chooseVerifier } from './signatures/choose.ts'

const defaultQueueEntries = 4096
const queueBounds = { minimum: 64, maximum: 65_536 } as const

function assertOption(option: string, value: number, minimum: number, maximum: number, holds = true): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum || !holds)
    throw new ExecutionError({ code: 'OPTION_INVALID', option, value, minimum, maximum })
}

/**
 * Starts the lanes on the state before the first block.
 * @throws {ExecutionError} `OPTION_INVALID`, `VERIFIER_UNAVAILABLE`, `LANE_DIED`
 */
export async function createExecution(deps: ExecutionDeps, options: ExecutionOptions): Promise<Execution> {
  const queueEntries = options.queueEntries ?? defaultQueueEntries
  assertOption('lanes', options.lanes, 1, limits.shards)
  const { minimum, maximum } = queueBounds
  assertOption('queueEntries', queueEntries, minimum, maximum, Number.isInteger(Math.log2(queueEntries)))
  const segmentsPerBlock = options.segmentsPerBlock ?? limits.segmentsPerBlock
  assertOption('segmentsPerBlock', segmentsPerBlock, limits.inboxItemsPerBlock, limits.segmentsPerBlock)
  const execution = new LaneExecution(deps)
  await execution.start({ ...options, queueEntries, segmentsPerBlock })
  return execution
}

class LaneExecution implements Execution {
  verifier = ''
  readonly failed: Promise<never>
  private handles: LaneHandle[] = []
  private readonly taken = new SharedArrayBuffer(4)
  private readonly phase = new PhaseKeeper()
  private spreader: MessageSpreader | undefined
  private listener: ((batch: ExecutedBatch) => void) | undefined
  private verifiedListener: VerifiedListener | undefined
  /** Settles when the block given last is verified. */
  private verified: Promise<unknown> = Promise.resolve()
  private readonly fail: (error: Error) => void
  private readonly deps: ExecutionDeps

  constructor(deps: ExecutionDeps) {
    this.deps = deps
    const { promise, reject } = Promise.withResolvers<never>()
    // Nobody has to watch it: calls fail as well.
    promise.catch(() => undefined)
    this.failed = promise
    this.fail = reject
  }

  get lanes(): number {
    return this.handles.length
  }

  async start(options: ExecutionOptions & { queueEntries: number; segmentsPerBlock: number }): Promise<void> {
    const { queueEntries, segmentsPerBlock } = options
    const { log, config } = this.deps
    const verifier = options.verifier ?? 'auto'
    this.verifier = chooseVerifier(verifier).name
    const starts = Array.from({ length: options.lanes }, (_, lane) =>
      LaneHandle.start({
        lane,
        lanes: options.lanes,
        config,
        verifier,
        queueEntries,
        segmentsPerBlock,
        taken: this.taken,
        startWorker: this.deps.startWorker ?? ((file, threadOptions) => new Worker(file, threadOptions)),
        onBatch: (batch) => this.listener?.(batch),
        onDied: (fault) => this.died(fault),
      }),
    )
    const started = await Promise.allSettled(starts)
    this.handles = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failure = started.find((result) => result.status === 'rejected')
    if (failure !== undefined) {
      await this.close()
      throw failure.reason
    }
    this.spreader = new MessageSpreader(this.handles, queueEntries)
    log.info({ lanes: options.lanes, verifier: this.verifier, queueEntries }, 'lanes started')
  }

  open(opening: BlockOpening): void {
    const ofLanes = itemsOfLanes(opening.items, this.lanes)
    this.phase.open(opening.number)
    Atomics.store(new Int32Array(this.taken), 0, ofLanes.flat().length)
    const { number, timestamp, prices } = opening
    this.handles.forEach((handle, lane) => {
      // A lane that cannot open the block dies, which `died` hears of.
      handle.call('open', { number, timestamp, prices, items: ofLanes[lane] ?? [] }).catch(() => undefined)
    })
  }

  submitMessages(messages: Uint8Array, ticket: number): boolean {
    this.phase.assertUsable()
    return this.spreader?.submit(messages, ticket) ?? false
  }

  submitOperation(operation: SignedOperation, ticket: number): boolean {
    this.phase.assertUsable()
    return submitOperation(this.handles, operation, ticket)
  }

  onExecuted(listener: (batch: ExecutedBatch) => void): void {
    this.listener = listener
  }

  onVerified(listener: VerifiedListener): void {
    this.verifiedListener = listener
  }

  load(): ExecutionLoad {
    return {
      queued: Math.max(...this.handles.map((handle) => handle.queued)),
      segments: this.phase.isOpen ? Atomics.load(new Int32Array(this.taken), 0) : 0,
      full: this.phase.isOpen && this.handles.some((handle) => handle.isFull),
    }
  }

  async seal(options: { readonly leaveQueued?: boolean } = {}): Promise<SealedRuns> {
    this.phase.beginSeal()
    const positions = this.handles.map((handle) => (options.leaveQueued === true ? undefined : handle.entries.position))
    const sealed = await Promise.all(
      this.handles.map((handle, lane) => handle.call('seal', { after: positions[lane] })),
    )
    this.phase.toIdle()
    return gatherRuns(sealed)
  }

  async verify(block: ViewedBlock, prices: Prices, items: readonly QueuedItem[]): Promise<BlockFault | undefined> {
    this.phase.assertUsable()
    return await this.phase.together('verify', () => {
      const verified = this.verifyAfter(this.verified, block, prices, items)
      this.verified = verified.catch(() => undefined)
      return verified
    })
  }

  async replay(...records: readonly Uint8Array[]): Promise<void> {
    this.phase.assertOpen('replay')
    const ofLanes = entriesOfLanes(records, this.phase.block, this.lanes)
    try {
      await Promise.all(
        ofLanes.map(
          (entries, lane) => entries.length > 0 && this.handles[lane]?.call('replay', { entries }, [entries.buffer]),
        ),
      )
    } catch (error) {
      this.phase.lose('a journal record does not fit it')
      throw error
    }
  }

  async shardRoots(): Promise<readonly Bytes32[]> {
    this.phase.assertUsable()
    return gatherRoots(await Promise.all(this.handles.map((handle) => handle.call('roots', {}))))
  }

  async conversation(shard: number, index: number): Promise<ConversationRead | undefined> {
    this.phase.assertUsable()
    return await this.laneOf(shard)?.call('conversation', { shard, index })
  }

  async account(shard: number, index: number): Promise<AccountRead | undefined> {
    this.phase.assertUsable()
    return await this.laneOf(shard)?.call('account', { shard, index })
  }

  async shard(shard: number): Promise<ShardRead | undefined> {
    this.phase.assertUsable()
    return await this.laneOf(shard)?.call('shard', { shard })
  }

  async shardValues(shard: number): Promise<Shard | undefined> {
    this.phase.assertUsable()
    if (this.laneOf(shard) === undefined) return undefined
    return await this.phase.exclusively('shardValues', () => shardValues(this.handles, shard))
  }

  async *snapshot(targetBytes: number = chunkTargetBytes): AsyncGenerator<ShardChunk> {
    this.phase.assertUsable()
    this.phase.beginExclusive('snapshot')
    try {
      yield* snapshotShards(this.handles, targetBytes)
    } finally {
      this.phase.toIdle()
    }
  }

  async restore(chunks: AsyncIterable<ShardChunk>, shardRoots: readonly Bytes32[]): Promise<void> {
    await this.phase.exclusively('restore', async () => {
      this.phase.lose('a restore was not finished')
      await restoreShards(this.handles, chunks, shardRoots)
      this.phase.regain()
    })
  }

  async close(): Promise<void> {
    this.phase.end({ code: 'CLOSED' })
    await Promise.all(this.handles.map((handle) => handle.end({ code: 'CLOSED' })))
  }

  /** Hands a block to the lanes at once, and tells what came of it once that is known of the one `before`. */
  private async verifyAfter(
    before: Promise<unknown>,
    block: ViewedBlock,
    prices: Prices,
    items: readonly QueuedItem[],
  ): Promise<BlockFault | undefined> {
    const unknown = shardFault(block)
    const executing =
      unknown === undefined ? this.execute(block, prices, items) : Promise.resolve({ fault: unknown, changes: [] })
    // What it fails with is told when the block before it was looked at.
    executing.catch(() => undefined)
    await before
    const { fault, changes } = await executing
    this.phase.assertUsable()
    if (fault !== undefined) this.phase.lose(`block ${block.header.number} is wrong: ${fault.code}`)
    else this.verifiedListener?.(block.header.number, changes)
    return fault
  }

  private async execute(
    block: ViewedBlock,
    prices: Prices,
    items: readonly QueuedItem[],
  ): Promise<{ readonly fault: BlockFault | undefined; readonly changes: readonly Uint8Array[] }> {
    const runs = runsOfLanes(block, this.lanes)
    const ofLanes = itemsOfLanes(items, this.lanes)
    const { timestamp } = block.header
    const verified = await Promise.all(
      this.handles.map((handle, lane) => {
        const packed = runs[lane] ?? new ArrayBuffer(0)
        const tracked = this.verifiedListener !== undefined
        const ask = { timestamp, prices, items: ofLanes[lane] ?? [], runs: packed, tracked }
        return handle.call('verify', ask, [packed])
      }),
    )
    const roots = gatherRoots(verified.map((lane) => lane.roots))
    const fault = firstFault(block, verified) ?? stateRootFault(block, roots, prices, items)
    return { fault, changes: verified.map(({ changes }) => changes).filter(({ length }) => length > 0) }
  }

  private laneOf(shard: number): LaneHandle | undefined {
    return shard < limits.shards ? this.handles[shard % this.lanes] : undefined
  }

  private died(fault: ExecutionFault): void {
    if (!this.phase.end(fault)) return
    this.deps.log.error({ fault }, 'lane died')
    this.fail(new ExecutionError(fault))
    // The other lanes' state is of no use without this one's.
    for (const handle of this.handles) handle.end(fault).catch(() => undefined)
  }
}
