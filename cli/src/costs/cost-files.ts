import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CostEntry, type CostJournal, decodeCostEntry, encodeCostEntry } from '@parley/batcher'
import { makeDirectory } from '@parley/runtime/files'

/** One file a month, by the month in UTC: an operator may delete those that are not needed any more. */
const fileName = /^\d{4}-\d{2}\.jsonl$/
const monthOf = (at: number): string => `${new Date(at).toISOString().slice(0, 7)}.jsonl`

/** A journal of costs in a directory, a line an entry; a batch at a time, in the order of the calls. */
export function createCostFiles(dir: string): CostJournal {
  let last: Promise<unknown> = Promise.resolve()

  async function write(entries: readonly CostEntry[]): Promise<void> {
    const [first] = entries
    if (first === undefined) return
    await makeDirectory(dir)
    const file = await open(join(dir, monthOf(first.at)), 'a+')
    try {
      const { size } = await file.stat()
      // A crash in the middle of a line must not spoil the next one.
      const ends = size === 0 || (await file.read(new Uint8Array(1), 0, 1, size - 1)).buffer[0] === 0x0a
      await file.appendFile(`${ends ? '' : '\n'}${entries.map(encodeCostEntry).join('\n')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  return {
    async hasClaim(batch) {
      // The last month may just have begun.
      const [first] = (await namesIn(dir)).slice(-2)
      if (first === undefined) return false
      const { entries } = await readCostFiles(dir, Date.parse(first.slice(0, 7)))
      return entries.some((entry) => entry.part === 'claim' && entry.batch === batch)
    },
    append(entries) {
      const written = last.then(() => write(entries))
      last = written.catch(() => undefined)
      return written
    },
  }
}

export interface ReadCosts {
  readonly entries: readonly CostEntry[]
  /** Lines that are not entries: a crash leaves one at most. */
  readonly unreadable: number
}

/** What a journal has since a time, in milliseconds since 1970. */
export async function readCostFiles(dir: string, since: number): Promise<ReadCosts> {
  const names = await namesIn(dir)
  const entries: CostEntry[] = []
  let unreadable = 0
  for (const name of names.filter((each) => each >= monthOf(since))) {
    for (const line of (await readFile(join(dir, name), 'utf8')).split('\n')) {
      if (line === '') continue
      try {
        const entry = decodeCostEntry(line)
        if (entry.at >= since) entries.push(entry)
      } catch {
        // Counted, and told with the sums.
        unreadable += 1
      }
    }
  }
  return { entries, unreadable }
}

/** Files of the journal, the oldest first. */
async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    // Nothing was claimed yet.
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((each) => fileName.test(each)).sort()
}
