import type { Execution } from '@parley/execution'
import { type Journal, type JournalPosition, sameBytes, stateRoot } from '@parley/protocol'
import type { Logger } from 'pino'
import type { ResumedBlock } from '../block-producer/open-block.ts'
import type { OpeningBase } from '../block-producer/producer.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { type Tip, tipOf } from '../chain/tip.ts'
import { SequencerError } from '../faults.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import type { SnapshotHead, SnapshotStore } from '../store/snapshot-store.ts'
import type { VoidStore } from '../store/void-store.ts'
import type { Beyond } from './beyond.ts'
import { JournalReplay } from './journal-replay.ts'
import { type JournalEntry, liveRecords } from './live-records.ts'

export interface RecoveryDeps {
  /** At the genesis state. */
  readonly execution: Execution
  readonly journal: Journal
  /** At the genesis tip. */
  readonly chain: SealedChain
  readonly inbox: InboxStore
  readonly snapshots: SnapshotStore
  readonly voids: VoidStore
  readonly log: Logger
  /** What comes after the journal's end, if anything does, and when an L2's item is there that a record names. */
  readonly beyond?: Beyond
}

export interface Recovered {
  readonly base: OpeningBase
  readonly open: ResumedBlock | undefined
  /** Block of the snapshot it began with; 0 when there was none. */
  readonly snapshot: bigint
  readonly tookMs: { readonly snapshot: number; readonly journal: number }
}

/**
 * Brings lanes, chain and open block back to where the journal ends: the latest snapshot, then every record after it.
 * Sealed blocks are rebuilt and compared with the stored ones.
 * @throws {SequencerError} `RECOVERY_DIFFERS`, `JOURNAL_INVALID`, `STORE_CORRUPT`. @throws {JournalError}
 */
export async function recover(deps: RecoveryDeps): Promise<Recovered> {
  const { chain, log } = deps
  const started = performance.now()
  const snapshot = await restoreSnapshot(deps)
  const restored = performance.now()
  const replay = new JournalReplay(deps)
  const records = await replay.all(recordsOf(deps, snapshot?.journalFrom ?? 0n))
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

async function* recordsOf(deps: RecoveryDeps, from: JournalPosition): AsyncGenerator<JournalEntry> {
  const { journal, voids, beyond } = deps
  const end = journal.next
  yield* liveRecords(journal, voids.ranges, from, end)
  if (beyond !== undefined) yield* beyond.records(end)
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
  const tip = await assertStored(chain, head)
  // Read before the lanes are touched, so that a damaged one can be passed over.
  const index = await gathered(snapshots.index(block))
  const shards = await gathered(snapshots.shards(block))
  await execution.restore(each(shards), head.shardRoots)
  for (const { shard, bytes } of index) chain.index.restore(shard, bytes)
  chain.fees.fees = head.fees
  chain.tip = tip
  chain.lineage = deps.voids.lineageAt(head.journalFrom) ?? chain.lineage
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

async function assertStored(chain: SealedChain, head: SnapshotHead): Promise<Tip> {
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
