import type { Execution } from '@parley/execution'
import { type BlockHeader, type Journal, type JournalPosition, type QueuedItem, sameBytes } from '@parley/protocol'
import { decodeRecord, type Opening } from '../chain/opening.ts'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import type { OpenBlock } from './open-block.ts'
import type { OpeningBase } from './producer.ts'

export interface JournalReplayDeps {
  /** In the state before the first record. */
  readonly execution: Execution
  /** At the tip before the first record. */
  readonly chain: SealedChain
  readonly inbox: InboxStore
}

/** What a replay has open. */
interface Replayed {
  readonly opening: Opening
  readonly items: readonly QueuedItem[]
  records: number
}

/** Records handed to the lanes at once: a call costs as much as several messages. */
const recordsOfCall = 16
/** Calls that lanes may be behind by: they work while the next records are read. */
const callsAhead = 16

/** Where the block before ended, whether it has been committed or not. */
type Standing = Pick<BlockHeader, 'number' | 'inboxCount' | 'lineage'>

/** Applies journal records in order. Lanes go on with the next block while the one before is compared. */
export class JournalReplay {
  open: Replayed | undefined
  private gathered: Uint8Array[] = []
  private underWay: Promise<void>[] = []
  private standing: Standing
  private committing: Promise<void> = Promise.resolve()
  private readonly deps: JournalReplayDeps

  constructor(deps: JournalReplayDeps) {
    this.deps = deps
    this.standing = deps.chain.tip.header
  }

  /** Applies what a journal gives. @returns how many records it were. */
  async all(records: ReturnType<Journal['read']>): Promise<number> {
    let taken = 0
    try {
      for await (const { position, record } of records) {
        await this.take(position, record)
        taken += 1
      }
      await this.end()
    } catch (error) {
      // A block that differs comes before whatever does not fit after it.
      await this.committing
      throw error
    }
    return taken
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

  private async take(position: JournalPosition, bytes: Uint8Array): Promise<void> {
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
    if (this.underWay.length === callsAhead) await this.underWay.shift()
  }

  /** Hands to the lanes what was gathered. */
  private apply(): void {
    if (this.gathered.length === 0) return
    this.underWay.push(later(this.deps.execution.replay(...this.gathered)))
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
  private async end(): Promise<void> {
    if (this.open !== undefined && this.open.opening.number <= this.deps.chain.blocks.head) await this.close(this.open)
    else await this.applied()
    await this.committing
  }

  private async begin(opening: Opening, position: JournalPosition): Promise<void> {
    const { execution, inbox } = this.deps
    const { number, timestamp, prices, inboxFrom } = opening
    const { standing } = this
    if (
      number !== standing.number + 1n ||
      inboxFrom !== standing.inboxCount ||
      !sameBytes(opening.lineage, standing.lineage)
    )
      throw invalid(position, `opening of block ${number} does not follow block ${standing.number}`)
    const stored = await inbox.items(inboxFrom, inboxFrom + BigInt(opening.items))
    const items = stored.map(({ queued }) => queued)
    execution.open({ number, timestamp, prices, items })
    this.open = { opening, items, records: 0 }
  }

  private async closeBefore(next: Opening, position: JournalPosition): Promise<void> {
    const { open } = this
    if (open === undefined) return
    if (next.number !== open.opening.number) {
      await this.close(open)
      return
    }
    await this.applied()
    // An empty block was dropped and its number opened again.
    if (open.records > 0 || open.items.length > 0)
      throw invalid(position, `block ${next.number} is opened again after it took entries`)
    await this.deps.execution.seal()
    this.open = undefined
  }

  private async close({ opening, items }: Replayed): Promise<void> {
    const { execution, chain } = this.deps
    this.apply()
    // Asked for at once, so that lanes go from the last entries to sealing; looked at when all entries were taken.
    const sealing = later(execution.seal())
    await this.applied()
    const sealed = await sealing
    await this.committing
    this.committing = later(chain.commit(opening, items, sealed))
    const { number, lineage, inboxFrom } = opening
    this.standing = { number, lineage, inboxCount: inboxFrom + BigInt(items.length) }
    this.open = undefined
  }
}

/** A promise that is awaited later: until then its failure is nobody's. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

function invalid(position: JournalPosition, reason: string): SequencerError {
  return new SequencerError({ code: 'JOURNAL_INVALID', position, reason })
}
