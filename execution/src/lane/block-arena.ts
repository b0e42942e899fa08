import type { RecordPages } from './record-pages.ts'

/** Hands out runs of neighbouring records and takes them back; a run never spans two pages. */
export class BlockArena {
  readonly records: RecordPages
  private next = 0
  private readonly free = new Map<number, number[]>()

  constructor(records: RecordPages) {
    this.records = records
  }

  /** @param count - At most the records of a page. @returns index of the first record; contents are what was left there. */
  allocate(count: number): number {
    const reused = this.free.get(count)?.pop()
    if (reused !== undefined) return reused
    const { pageRecords } = this.records
    const left = pageRecords - (this.next % pageRecords)
    if (left < count) {
      this.release(this.next, left)
      this.next += left
    }
    const first = this.next
    this.next += count
    this.records.reserve(this.next)
    return first
  }

  release(first: number, count: number): void {
    const list = this.free.get(count)
    if (list === undefined) this.free.set(count, [first])
    else list.push(first)
  }
}
