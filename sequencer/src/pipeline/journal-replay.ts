import type { Execution } from '@parley/execution'
import { type BlockHeader, type JournalPosition, type QueuedItem, sameBytes } from '@parley/protocol'
import type { ResumedBlock } from '../block-producer/open-block.ts'
import type { OpeningBase } from '../block-producer/producer.ts'
import { decodeRecord, type Lineage, type Opening, type Seal } from '../chain/journal-records.ts'
import type { CommittedRuns, SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import type { Beyond } from './beyond.ts'
import type { JournalEntry } from './live-records.ts'

export interface JournalReplayDeps {
  /** In the state before the first record. */
  readonly execution: Execution
  /** At the tip before the first record. */
  readonly chain: SealedChain
  readonly inbox: InboxStore
  readonly beyond?: Pick<Beyond, 'itemsKnown'>
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
type Standing = Pick<BlockHeader, 'number' | 'inboxCount' | 'inboxHash'>

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
  async all(records: AsyncIterable<JournalEntry>): Promise<number> {
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
    const { number, timestamp, inboxCount, inboxHash } = header
    return { number, timestamp, inboxCount, inboxHash, prices }
  }

  /** The block that the journal leaves open. */
  unsealed(): ResumedBlock | undefined {
    if (this.open === undefined) return undefined
    const { items, records, opening } = this.open
    return { opening, items, operations: records }
  }

  private async take(position: JournalPosition, bytes: Uint8Array): Promise<void> {
    const record = decodeRecord(bytes, position)
    if (record.kind === 'opening') {
      await this.dropEmpty(record.opening, position)
      await this.begin(record.opening, position)
      return
    }
    if (record.kind === 'lineage') {
      await this.change(record.lineage, position)
      return
    }
    if (record.kind === 'seal') {
      await this.close(record.seal, position, true)
      return
    }
    if (record.kind === 'rescued') {
      const { opening, root } = record.rescued
      await this.begin(opening, position)
      await this.close({ number: opening.number, root }, position, false)
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

  /** A block without a seal stays open: its header was never signed. */
  private async end(): Promise<void> {
    await this.applied()
    await this.committing
  }

  private async begin(opening: Opening, position: JournalPosition): Promise<void> {
    const { execution, inbox } = this.deps
    const { number, timestamp, prices, inboxFrom } = opening
    const { standing } = this
    if (
      number !== standing.number + 1n ||
      inboxFrom !== standing.inboxCount ||
      !sameBytes(opening.lineage, this.deps.chain.lineage)
    )
      throw invalid(position, `opening of block ${number} does not follow block ${standing.number}`)
    await this.deps.beyond?.itemsKnown(inboxFrom + BigInt(opening.items))
    const stored = await inbox.items(inboxFrom, inboxFrom + BigInt(opening.items))
    const items = stored.map(({ queued }) => queued)
    if (!sameBytes(opening.inboxHash, items.at(-1)?.inboxHash ?? standing.inboxHash))
      throw invalid(position, `opening of block ${number} consumed other inbox items than the L2 has`)
    execution.open({ number, timestamp, prices, items })
    this.open = { opening, items, records: 0 }
  }

  /** What follows is of another lineage: what it voided was not read. */
  private async change({ block, root, lineage }: Lineage, position: JournalPosition): Promise<void> {
    const { chain } = this.deps
    await this.committing
    if (this.open !== undefined) throw invalid(position, `a removal while block ${this.open.opening.number} is open`)
    if (chain.tip.header.number !== block || !sameBytes(chain.tip.root, root))
      throw invalid(position, `a removal leaves block ${block} standing, not block ${chain.tip.header.number}`)
    chain.lineage = lineage
  }

  /** Only an empty block is left without a seal: its number is opened again. */
  private async dropEmpty(next: Opening, position: JournalPosition): Promise<void> {
    const { open } = this
    if (open === undefined) return
    await this.applied()
    if (open.records > 0 || open.items.length > 0)
      throw invalid(position, `block ${next.number} is opened before block ${open.opening.number} was sealed`)
    await this.deps.execution.seal()
    this.open = undefined
  }

  private async close(seal: Seal, position: JournalPosition, isOurs: boolean): Promise<void> {
    const { open } = this
    if (open?.opening.number !== seal.number) throw invalid(position, `seal of block ${seal.number}, which is not open`)
    const { opening, items } = open
    const { execution } = this.deps
    this.apply()
    // Asked for at once, so that lanes go from the last entries to sealing; looked at when all entries were taken.
    const sealing = later(execution.seal())
    await this.applied()
    const sealed = await sealing
    await this.committing
    this.committing = later(this.commit(open, seal, sealed, isOurs))
    const { number, inboxFrom, inboxHash } = opening
    this.standing = { number, inboxHash, inboxCount: inboxFrom + BigInt(items.length) }
    this.open = undefined
  }

  private async commit(
    { opening, items }: Replayed,
    seal: Seal,
    sealed: CommittedRuns,
    isOurs: boolean,
  ): Promise<void> {
    const { chain } = this.deps
    const tip = chain.follow(opening, items, sealed)
    if (!sameBytes(tip.root, seal.root))
      throw new SequencerError({
        code: 'RECOVERY_DIFFERS',
        block: seal.number,
        stored: seal.root,
        rebuilt: tip.root,
      })
    if (isOurs) await chain.commit(tip, opening, items, sealed)
    else await chain.adopt(tip, opening, items, sealed)
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
