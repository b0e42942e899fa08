import {
  type BlockHeader,
  BlockHeaderType,
  type ChainConfig,
  genesisHeader,
  type Journal,
  sameBytes,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { decodeRecord, encodeRecord } from '../chain/journal-records.ts'
import { SequencerError } from '../faults.ts'
import type { BlockStore } from '../store/block-store.ts'
import type { InboxStore, Removal } from '../store/inbox-store.ts'
import type { VoidStore } from '../store/void-store.ts'
import { liveRecords } from './live-records.ts'

export interface AdoptionDeps {
  readonly config: ChainConfig
  readonly journal: Journal
  readonly blocks: BlockStore
  readonly inbox: InboxStore
  readonly voids: VoidStore
  readonly log: Logger
}

/**
 * Writes into the journal the blocks that rescues claimed in the lineage that `ending` ends, as far as that leaves them
 * standing: what is sealed next follows them. Those that are there already are passed over.
 * @throws {SequencerError} `STORE_CORRUPT`, `JOURNAL_INVALID`.
 */
export async function adoptRescues(deps: AdoptionDeps, ending: Removal): Promise<void> {
  const { inbox, journal, voids, log } = deps
  const last = voids.ranges.at(-1)
  if (last === undefined) return
  const rescued = inbox.standing.rescues
    .map(({ header }) => header)
    .filter(({ lineage, number }) => sameBytes(lineage, last.lineage) && number <= ending.block)
  if (rescued.length === 0) return
  const there = new Set<bigint>()
  for await (const { position, record: bytes } of liveRecords(journal, voids.ranges, last.to)) {
    const record = decodeRecord(bytes, position)
    if (record.kind === 'rescued') there.add(record.rescued.opening.number)
  }
  let parent = await standing(deps, last.block)
  const records: Uint8Array[] = []
  for (const header of rescued) {
    if (!there.has(header.number)) records.push(recordOf(header, parent))
    parent = header
  }
  for (let from = 0; from < records.length; from += recordsAtOnce)
    await journal.append(records.slice(from, from + recordsAtOnce))
  log.warn({ first: rescued[0]?.number, last: parent.number }, 'blocks of rescues are taken in')
}

/** A shared journal takes 512 KiB at once; what a start leaves undone the next one does. */
const recordsAtOnce = 1_000

function recordOf(header: BlockHeader, parent: BlockHeader): Uint8Array {
  const { number, timestamp, lineage, inboxHash, prices } = header
  const items = Number(header.inboxCount - parent.inboxCount)
  const opening = { number, timestamp, lineage, inboxFrom: parent.inboxCount, items, inboxHash, prices }
  return encodeRecord({ kind: 'rescued', rescued: { opening, root: BlockHeaderType.hashTreeRoot(header) } })
}

/** The header of the last block before the rescues. */
async function standing({ config, blocks }: AdoptionDeps, number: bigint): Promise<BlockHeader> {
  if (number === 0n) return genesisHeader(config)
  const header = await blocks.header(number)
  if (header === undefined)
    throw new SequencerError({
      code: 'STORE_CORRUPT',
      what: 'block',
      number,
      reason: 'rescues follow it, and it is not kept',
    })
  return header
}
