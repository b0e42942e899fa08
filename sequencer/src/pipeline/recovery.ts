import type { Execution } from '@parley/execution'
import { type Journal, type JournalPosition, type QueuedItem, sameBytes, stateRoot } from '@parley/protocol'
import type { Logger } from 'pino'
import { decodeRecord, type Opening } from '../chain/opening.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { type Tip, tipOf } from '../chain/tip.ts'
import { SequencerError } from '../faults.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import type { SnapshotHead, SnapshotStore } from '../store/snapshot-store.ts'
import type { OpenBlock } from './open-block.ts'
import type { OpeningBase } from './producer.ts'

export interface RecoveryDeps {
  /** At the genesis state. */
  readonly execution: Execution
  readonly journal: Journal
  /** At the genesis tip. */
  readonly chain: SealedChain
  readonly inbox: InboxStore
  readonly snapshots: SnapshotStore
  readonly log: Logger
}

export interface Recovered {
  readonly base: OpeningBase
  readonly open: OpenBlock | undefined
  /** Block of the snapshot it began with; 0 when there was none. */
  readonly snapshot: bigint
  readonly tookMs: { readonly snapshot: number; readonly journal: number }
}

/** What a replay has open. */
interface Replayed {
  readonly opening: Opening
  readonly items: readonly QueuedItem[]
  records: number
}

/**
 * Brings lanes, chain and open block back to where the journal ends: the latest snapshot, then every record after it.
 * Sealed blocks are rebuilt and compared with the stored ones.
 * @throws {SequencerError} `RECOVERY_DIFFERS`, `JOURNAL_INVALID`, `STORE_CORRUPT`. @throws {JournalError}
 */
export async function recover(deps: RecoveryDeps): Promise<Recovered> {
  const { journal, chain, log } = deps
  const started = performance.now()
  const snapshot = await restoreSnapshot(deps)
  const restored = performance.now()
  const replay = new Replay(deps)
  let records = 0
  for await (const { position, record } of journal.read(snapshot?.journalFrom ?? 0n)) {
    await replay.take(position, record)
    records += 1
  }
  await replay.end()
  if (chain.tip.header.number < chain.blocks.head)
    throw new SequencerError({
      code: 'STORE_CORRUPT',
      what: 'journal',
      number: chain.blocks.head,
      reason: `it ends in block ${chain.tip.header.number}`,
    })
  log.info(
    {
      snapshot: snapshot?.header.number ?? 0n,
      records,
      head: chain.tip.header.number,
      open: replay.open?.opening.number,
      tookMs: Math.round(performance.now() - started),
    },
    'state recovered',
  )
  return {
    base: replay.base(),
    open: replay.unsealed(),
    snapshot: snapshot?.header.number ?? 0n,
    tookMs: { snapshot: restored - started, journal: performance.now() - restored },
  }
}

/** Loads the latest snapshot that is whole. Without any, the replay starts at the beginning of the journal. */
async function restoreSnapshot(deps: RecoveryDeps): Promise<SnapshotHead | undefined> {
  const { snapshots, log } = deps
  for (const block of await snapshots.list()) {
    try {
      return await restoreOne(deps, block)
    } catch (error) {
      if (!(error instanceof SequencerError && error.fault.code === 'STORE_CORRUPT')) throw error
      log.error({ block, err: error }, 'snapshot is damaged, taking an older one')
    }
  }
  return undefined
}

async function restoreOne(deps: RecoveryDeps, block: bigint): Promise<SnapshotHead> {
  const { snapshots, execution, chain } = deps
  const head = await snapshots.head(block)
  const tip = await demandStored(chain, head)
  // Read before the lanes are touched, so that a damaged one can be passed over.
  const index = await gathered(snapshots.index(block))
  const shards = await gathered(snapshots.shards(block))
  await execution.restore(each(shards), head.shardRoots)
  for (const { shard, bytes } of index) chain.index.restore(shard, bytes)
  chain.fees.fees = head.fees
  chain.tip = tip
  return head
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function demandStored(chain: SealedChain, head: SnapshotHead): Promise<Tip> {
  const { header, prices, shardRoots } = head
  const { number, timestamp, inboxCount, lineage } = header
  const tip = tipOf(header, shardRoots, prices)
  const stored = await chain.blocks.signedRoot(lineage, number)
  const state = stateRoot(shardRoots, { inboxCount, prices, blockNumber: number, timestamp })
  if (stored !== undefined && sameBytes(stored, tip.root) && sameBytes(state, header.stateRoot)) return tip
  throw new SequencerError({
    code: 'STORE_CORRUPT',
    what: 'snapshot',
    number,
    reason: 'it is not of the block sealed under its number',
  })
}

/** Records handed to the lanes at once: a call costs as much as several messages. */
const recordsOfCall = 32
/** Calls that lanes may be behind by: they work while the next records are read. */
const callsAhead = 16

/** Applies journal records in order. */
class Replay {
  open: Replayed | undefined
  private gathered: Uint8Array[] = []
  private underWay: Promise<void>[] = []
  private readonly deps: RecoveryDeps

  constructor(deps: RecoveryDeps) {
    this.deps = deps
  }

  async take(position: JournalPosition, bytes: Uint8Array): Promise<void> {
    const record = decodeRecord(bytes, position)
    if (record.kind === 'opening') {
      await this.closeBefore(record.opening, position)
      await this.begin(record.opening, position)
      return
    }
    if (this.open?.opening.number !== record.block)
      throw invalid(position, `entries of block ${record.block}, which is not open`)
    this.open.records += 1
    this.gathered.push(record.entries)
    if (this.gathered.length === recordsOfCall) this.apply()
    if (this.underWay.length === callsAhead) await this.applied()
  }

  /** Hands to the lanes what was gathered. */
  private apply(): void {
    if (this.gathered.length === 0) return
    const applying = this.deps.execution.replay(...this.gathered)
    // Looked at when there are enough of them, or when the block is closed.
    applying.catch(() => undefined)
    this.underWay.push(applying)
    this.gathered = []
  }

  /** Resolves when the lanes have applied everything. @throws {ExecutionError} `RECORD_INVALID`. */
  private async applied(): Promise<void> {
    this.apply()
    const { underWay } = this
    this.underWay = []
    await Promise.all(underWay)
  }

  /** Seals the block left open if it was sealed before the end. */
  async end(): Promise<void> {
    await this.applied()
    if (this.open !== undefined && this.open.opening.number <= this.deps.chain.blocks.head) await this.close(this.open)
  }

  base(): OpeningBase {
    const { header, prices } = this.deps.chain.tip
    const { number, timestamp, inboxCount } = header
    return { number, timestamp, inboxCount, prices }
  }

  /** The block that the journal leaves open. */
  unsealed(): OpenBlock | undefined {
    if (this.open === undefined) return undefined
    const { items, records, opening } = this.open
    const openedAt = Number(opening.timestamp)
    const waitingSince = records > 0 ? openedAt : undefined
    return { opening, items, openedAt, operations: records, waitingSince, durable: Promise.resolve() }
  }

  private async begin(opening: Opening, position: JournalPosition): Promise<void> {
    const { execution, chain, inbox } = this.deps
    const { number, timestamp, prices, inboxFrom } = opening
    const { header } = chain.tip
    if (number !== header.number + 1n || inboxFrom !== header.inboxCount || !sameBytes(opening.lineage, header.lineage))
      throw invalid(position, `opening of block ${number} does not follow block ${header.number}`)
    const stored = await inbox.items(inboxFrom, inboxFrom + BigInt(opening.items))
    const items = stored.map(({ queued }) => queued)
    execution.open({ number, timestamp, prices, items })
    this.open = { opening, items, records: 0 }
  }

  private async closeBefore(next: Opening, position: JournalPosition): Promise<void> {
    const { open } = this
    await this.applied()
    if (open === undefined) return
    if (next.number !== open.opening.number) {
      await this.close(open)
      return
    }
    // An empty block was dropped and its number opened again.
    if (open.records > 0 || open.items.length > 0)
      throw invalid(position, `block ${next.number} is opened again after it took entries`)
    await this.deps.execution.seal()
    this.open = undefined
  }

  private async close({ opening, items }: Replayed): Promise<void> {
    const { execution, chain } = this.deps
    await chain.commit(opening, items, await execution.seal())
    this.open = undefined
  }
}

function invalid(position: JournalPosition, reason: string): SequencerError {
  return new SequencerError({ code: 'JOURNAL_INVALID', position, reason })
}
