import { type Bytes32, fromSeconds, type SettlementEvent } from '@parley/protocol'
import type { L2Log } from '../l2/l2-log.ts'
import { del, type NodeStore, numberAt, numberKey, put, type Table, tableOf, writeAll } from '../store/node-store.ts'

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Marks of finality that are kept within one evidence period. */
const marksPerPeriod = 64n

/** A final block and the L2's time, in milliseconds, at which it was known to be final. */
interface Mark {
  readonly block: bigint
  readonly time: bigint
}

/** What of the L2, beside queue and claims, decides whether a header binds and for how long it is kept. Kept ahead of the log. */
export class L2Facts {
  private readonly db: NodeStore
  private readonly lineageTable: Table
  private readonly markTable: Table
  /** L2 blocks in which lineages began, by the lineage in hexadecimal. */
  private readonly lineages = new Map<string, bigint>()
  private marks: Mark[] = []

  private constructor(db: NodeStore) {
    this.db = db
    this.lineageTable = tableOf(db, 'watch-lineage')
    this.markTable = tableOf(db, 'watch-mark')
  }

  static async open(db: NodeStore): Promise<L2Facts> {
    const facts = new L2Facts(db)
    for await (const [key, value] of facts.lineageTable.iterator()) facts.lineages.set(hexOf(key), numberAt(value))
    for await (const [key, value] of facts.markTable.iterator())
      facts.marks.push({ block: numberAt(key), time: numberAt(value) })
    return facts
  }

  /** Whether a removal, on the L2 as it is now, began this lineage. */
  hasBegun(lineage: Bytes32): boolean {
    return this.lineages.has(hexOf(lineage))
  }

  /** Takes events in, which may come again. */
  async take(events: readonly SettlementEvent[]): Promise<void> {
    for (const event of events)
      if (event.kind === 'removal') {
        await writeAll(this.db, [put(this.lineageTable, event.lineage, numberKey(event.at.blockNumber))])
        this.lineages.set(hexOf(event.lineage), event.at.blockNumber)
      } else if (event.kind === 'rollback') await this.rollBack(event.to.blockNumber)
  }

  private async rollBack(to: bigint): Promise<void> {
    const gone = [...this.lineages].filter(([, begun]) => begun > to).map(([lineage]) => lineage)
    await writeAll(
      this.db,
      gone.map((lineage) => del(this.lineageTable, Buffer.from(lineage, 'hex'))),
    )
    for (const lineage of gone) this.lineages.delete(lineage)
  }

  /** Notes how far the chain is final now. @param period - Seconds for which bonds answer beyond it. */
  async noteFinal(block: bigint, { summary }: L2Log, period: number): Promise<void> {
    if (summary === undefined) return
    const taken = this.marks.filter((mark) => mark.block > block)
    await writeAll(
      this.db,
      taken.map((mark) => del(this.markTable, numberKey(mark.block))),
    )
    this.marks = this.marks.filter((mark) => mark.block <= block)
    const last = this.marks.at(-1)
    const spaced = last === undefined || summary.time - last.time >= fromSeconds(BigInt(period)) / marksPerPeriod
    if (block === 0n || block === last?.block || !spaced) return
    await writeAll(this.db, [put(this.markTable, numberKey(block), numberKey(summary.time))])
    this.marks.push({ block, time: summary.time })
  }

  /** The last block that was final for longer than bonds answer; 0 for none. @param period - In seconds. */
  async unanswerableThrough({ summary }: L2Log, period: number): Promise<bigint> {
    const now = summary?.time ?? 0n
    const over = this.marks.filter(({ time }) => now - time > fromSeconds(BigInt(period)))
    const last = over.at(-1)
    if (last === undefined) return 0n
    // The last of them stays, so that what comes late of these blocks is dropped, too.
    const before = over.slice(0, -1)
    await writeAll(
      this.db,
      before.map(({ block }) => del(this.markTable, numberKey(block))),
    )
    this.marks = this.marks.filter((mark) => !before.includes(mark))
    return last.block
  }
}
