import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ClassicLevel } from 'classic-level'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openJournal } from '../src/local.ts'

const run = promisify(execFile)
const filler = join(import.meta.dirname, 'support/filling-journal.ts')

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-journal-disk-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Opens the journal, appends one record, and gives what is in it then: the first byte of each record. */
async function goneOn(): Promise<number[]> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  await db.open()
  const journal = await openJournal({ db })
  await journal.append([Uint8Array.of(255)])
  const first: number[] = []
  for await (const { record } of journal.read(0n)) first.push(record[0] as number)
  await journal.close()
  await db.close()
  return first
}

/** LevelDB's own log, which holds what was written last. */
async function lastLog(): Promise<string> {
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log')).toSorted()
  return join(directory, logs.at(-1) as string)
}

/** A journal of records that begin with their number. */
async function filled(records: number): Promise<void> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  await db.open()
  const journal = await openJournal({ db })
  for (let i = 0; i < records; i += 1) await journal.append([new Uint8Array(100).fill(i)])
  await journal.close()
  await db.close()
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 256)

describe('journal on a disk that was full', () => {
  test('opens again with all that was answered, and goes on', async () => {
    // A file may have 128 blocks: a write beyond fails as one without room does, and ends no process.
    const script = `unset NODE_COMPILE_CACHE; trap '' XFSZ; ulimit -f 128; exec "$0" "$1" "$2"`
    const { stdout } = await run('sh', ['-c', script, process.execPath, filler, directory])
    const { answered, fault } = JSON.parse(stdout) as { answered: number; fault?: string }
    expect(fault).toBe('JOURNAL_BROKEN')
    expect(answered).toBeGreaterThan(10)
    const kept = await goneOn()
    expect(kept.slice(0, answered)).toEqual(upTo(answered))
    expect(kept.at(-1)).toBe(255)
  })
})

describe('journal after a loss of power', () => {
  const records = 100

  test.each([
    ['a last write cut by ten bytes', (log: string, size: number) => truncate(log, size - 10)],
    ['half of the last writes gone', (log: string, size: number) => truncate(log, Math.floor(size / 2))],
  ])('%s › opens with what is whole before it', async (_, damage) => {
    await filled(records)
    const log = await lastLog()
    await damage(log, (await stat(log)).size)
    const kept = await goneOn()
    expect(kept.pop()).toBe(255)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length).toBeLessThan(records)
    expect(kept).toEqual(upTo(kept.length))
  })

  test.each([
    ['64 KiB of zeros', new Uint8Array(65_536)],
    ['bytes of anything', Uint8Array.from({ length: 3_000 }, (_, i) => (i * 151 + 7) % 256)],
  ])('%s behind the last write › are no records, and none is lost', async (_, tail) => {
    await filled(records)
    await appendFile(await lastLog(), tail)
    expect(await goneOn()).toEqual([...upTo(records), 255])
  })
})
