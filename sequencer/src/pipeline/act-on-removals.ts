import { type ChainConfig, type Journal, type JournalPosition, sameBytes } from '@parley/protocol'
import type { Logger } from 'pino'
import { decodeRecord, encodeRecord, type JournalRecord, type Seal } from '../chain/journal-records.ts'
import { SequencerError } from '../faults.ts'
import { hexOf } from '../hex.ts'
import type { BlockStore } from '../store/block-store.ts'
import type { InboxStore, Removal } from '../store/inbox-store.ts'
import type { SnapshotHead, SnapshotStore } from '../store/snapshot-store.ts'
import type { VoidStore } from '../store/void-store.ts'
import { adoptRescues } from './adopt-rescues.ts'
import { liveRecords } from './live-records.ts'

export interface RemovalDeps {
  readonly config: ChainConfig
  readonly journal: Journal
  /** Whether it may be appended to: otherwise removals wait that it does not hold yet. */
  readonly appends: boolean
  readonly blocks: BlockStore
  readonly snapshots: SnapshotStore
  readonly inbox: InboxStore
  readonly voids: VoidStore
  readonly log: Logger
}

/**
 * Acts on the removals that the L2 told and the journal was not told of: a record ends each one's voided range, and blocks
 * and snapshots above the block left standing are dropped. Each step may be the last: the next start does what is left.
 * @throws {SequencerError} `REMOVAL_ROLLED_BACK`, `STORE_CORRUPT`, `CLAIM_CONTRADICTS`.
 */
export async function actOnRemovals(deps: RemovalDeps): Promise<void> {
  const { inbox, voids } = deps
  const { removals } = inbox.standing
  voids.ranges.forEach(({ lineage }, i) => {
    const told = removals[i]
    if (told === undefined || !sameBytes(told.lineage, lineage))
      throw new SequencerError({
        code: 'REMOVAL_ROLLED_BACK',
        removal: i,
        to: told?.at ?? inbox.cursor?.blockNumber ?? 0n,
      })
  })
  for (const removal of removals.slice(voids.ranges.length)) {
    if (!deps.appends && (await findRange(deps, removal)).to === undefined) return
    await adoptRescues(deps, removal)
    await actOn(deps, removal)
  }
}

async function actOn(deps: RemovalDeps, { lineage, block, root }: Removal): Promise<void> {
  const { config, journal, blocks, snapshots, voids, log } = deps
  const ended = voids.ranges.at(-1)?.lineage ?? config.genesis.lineage
  const { from, to: recorded, sealed } = await findRange(deps, { lineage, block, root })
  const record = encodeRecord({ kind: 'lineage', lineage: { block, root, lineage, from } })
  // Nothing else is appended before this is durable, so that whatever comes later is of the new lineage.
  const to = recorded ?? (await journal.append([record]))
  await blocks.dropAbove(block)
  await snapshots.dropAbove(block)
  // Last, and durable: a start that does not find it does all of this again.
  await voids.add({
    lineage,
    block,
    from,
    to,
    ended: { lineage: ended, ...sealed },
    offered: { next: from, journalEnd: to + 1n, kept: 0n, fallen: 0n, done: from === to },
  })
  log.warn({ standing: block, voidedFrom: from, voidedTo: to }, 'claims were removed: a new lineage begins')
}

interface FoundRange {
  readonly from: JournalPosition
  /** Where the removal's record is, if it was written. */
  readonly to: JournalPosition | undefined
  /** The last block that the journal sealed in the lineage that ends. */
  readonly sealed: Seal
}

/** Looks for the end of the block left standing, and for what is behind it. */
async function findRange(
  deps: RemovalDeps,
  { lineage, block, root }: Pick<Removal, 'lineage' | 'block' | 'root'>,
): Promise<FoundRange> {
  const { journal, voids } = deps
  const snapshot = await snapshotAt(deps, block)
  let sealed: Seal = { number: block, root }
  let from = block === 0n ? 0n : snapshot?.header.number === block ? snapshot.journalFrom : undefined
  for await (const { position, record: bytes } of liveRecords(journal, voids.ranges, snapshot?.journalFrom ?? 0n)) {
    const record = decodeRecord(bytes, position)
    if (record.kind === 'lineage') {
      if (sameBytes(record.lineage.lineage, lineage)) return { from: record.lineage.from, to: position, sealed }
      sealed = { number: record.lineage.block, root: record.lineage.root }
    }
    const seal = sealOf(record)
    if (seal === undefined) continue
    if (seal.number === block) {
      from = position + 1n
      assertClaimed(seal, root)
    }
    if (from !== undefined) sealed = seal
  }
  if (from === undefined)
    throw new SequencerError({
      code: 'STORE_CORRUPT',
      what: 'journal',
      number: block,
      reason: 'a removal left this block standing, and it is not sealed here',
    })
  return { from, to: undefined, sealed }
}

function sealOf(record: JournalRecord): Seal | undefined {
  if (record.kind === 'seal') return record.seal
  return record.kind === 'rescued' ? { number: record.rescued.opening.number, root: record.rescued.root } : undefined
}

function assertClaimed({ number, root }: Seal, claimed: Uint8Array): void {
  if (!sameBytes(root, claimed))
    throw new SequencerError({ code: 'CLAIM_CONTRADICTS', block: number, expected: hexOf(claimed), here: hexOf(root) })
}

/** The newest whole snapshot at or below a block. */
async function snapshotAt({ snapshots }: RemovalDeps, block: bigint): Promise<SnapshotHead | undefined> {
  for (const number of await snapshots.list()) {
    if (number > block) continue
    try {
      return await snapshots.head(number)
    } catch (error) {
      // A damaged one is passed over: an older one, or the journal from its beginning, leads there too.
      if (!(error instanceof SequencerError && error.fault.code === 'STORE_CORRUPT')) throw error
    }
  }
  return undefined
}
