import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalError } from '@parley/protocol'
import { type JournalHarness, journalCompliance } from '@parley/protocol/compliance'
import { type BytesLevel, keyOf } from '@parley/runtime/level'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { openJournal } from '../src/local.ts'

const bytes = { keyEncoding: 'view', valueEncoding: 'view' } as const

async function diskHarness(groupMs = 0): Promise<JournalHarness> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-journal-'))
  let db: ClassicLevel<Uint8Array, Uint8Array> | undefined
  const reopen = async (): Promise<ClassicLevel<Uint8Array, Uint8Array>> => {
    await db?.close()
    db = new ClassicLevel<Uint8Array, Uint8Array>(directory, bytes)
    await db.open()
    return db
  }
  return {
    open: async () => openJournal({ db: await reopen() }, { groupMs }),
    // Closing the store drops what the journal had not yet handed to it, which is what a kill does.
    abandon: async () => db?.close(),
    corrupt: async (position) => {
      const store = await reopen()
      const key = keyOf('r', position)
      const value = Uint8Array.from((await store.get(key)) as Uint8Array)
      value[value.length - 1] = (value.at(-1) as number) ^ 1
      await store.put(key, value)
    },
    remove: async (position) => (await reopen()).del(keyOf('r', position)),
    dispose: async () => {
      await db?.close()
      await rm(directory, { recursive: true })
    },
  }
}

describe('journal in LevelDB', () => {
  for (const { name, run } of journalCompliance(() => diskHarness())) test(name, run)
})

describe('journal in LevelDB that gathers', () => {
  for (const { name, run } of journalCompliance(() => diskHarness(3))) test(name, run)
})

test('gathering › what comes soon after a write waits for more, what comes after a pause does not', async () => {
  const level = new MemoryLevel<Uint8Array, Uint8Array>(bytes)
  const batches: number[] = []
  const db = new Proxy(level, {
    get(target, property) {
      if (property === 'batch')
        return (operations: Parameters<BytesLevel['batch']>[0]) => {
          batches.push(operations.length)
          return target.batch(operations)
        }
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as unknown as BytesLevel
  const journal = await openJournal({ db }, { groupMs: 1_000 })
  const record = Uint8Array.of(1)
  await journal.append([record])
  expect(batches).toEqual([1])
  const second = journal.append([record])
  await new Promise((resolve) => setImmediate(resolve))
  expect(batches).toEqual([1])
  await Promise.all([second, journal.append([record, record])])
  expect(batches).toEqual([1, 3])
  await journal.close()
})

/** A store whose writes wait to be let through. */
function gatedStore(): { db: BytesLevel; batches: number[]; release: () => void; fail: (error: Error) => void } {
  const db = new MemoryLevel<Uint8Array, Uint8Array>(bytes)
  const batches: number[] = []
  let gate = Promise.withResolvers<void>()
  const write = db.batch.bind(db) as (operations: unknown[], options: unknown) => Promise<void>
  Object.assign(db, {
    batch: async (operations: unknown[], options: unknown) => {
      batches.push(operations.length)
      await gate.promise
      gate = Promise.withResolvers()
      await write(operations, options)
    },
  })
  return { db, batches, release: () => gate.resolve(), fail: (error) => gate.reject(error) }
}

const record = (text: string): Uint8Array => new TextEncoder().encode(text)

test('group commit › writes at once when idle, then all that came meanwhile together', async () => {
  const { db, batches, release } = gatedStore()
  const journal = await openJournal({ db })
  const first = journal.append([record('a')])
  await Promise.resolve()
  await Promise.resolve()
  expect(batches).toEqual([1])
  const later = [journal.append([record('b')]), journal.append([record('c'), record('d')])]
  release()
  await first
  await Promise.resolve()
  expect(batches).toEqual([1, 3])
  release()
  expect(await Promise.all(later)).toEqual([1n, 2n])
  await journal.close()
})

test('group commit › a failed write fails everything waiting and after', async () => {
  const { db, fail } = gatedStore()
  const journal = await openJournal({ db })
  const first = journal.append([record('a')])
  await Promise.resolve()
  await Promise.resolve()
  const second = journal.append([record('b')])
  const code = { fault: { code: 'JOURNAL_BROKEN' } } satisfies { fault: Partial<JournalError['fault']> }
  const outcomes = Promise.all([expect(first).rejects.toMatchObject(code), expect(second).rejects.toMatchObject(code)])
  fail(new Error('disk full'))
  await outcomes
  await expect(journal.append([record('c')])).rejects.toMatchObject(code)
})

test('group commit › more than may wait is refused and takes no position', async () => {
  const { db, release } = gatedStore()
  const journal = await openJournal({ db }, { maxPendingBytes: 10 })
  const first = journal.append([record('12345678')])
  await expect(journal.append([record('123')])).rejects.toMatchObject({ fault: { code: 'JOURNAL_FULL' } })
  expect(journal.next).toBe(1n)
  release()
  await first
  await journal.close()
})
