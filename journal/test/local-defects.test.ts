import { type JournalHarness, journalCompliance } from '@parley/protocol/compliance'
import { type BytesLevel, type BytesOperation, checksummed, keyOf } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { expect, test } from 'vitest'
import { openJournal } from '../src/local.ts'

/** @param dying - As `db`, with what it had begun when the process was killed. */
type Defect = (db: BytesLevel, dying: BytesLevel) => Partial<BytesLevel>

/** Storage that does what it must not, under a journal that is right. */
const defects: Record<string, Defect> = {
  'loses the last record of a write': (db) => ({
    batch: (operations, options) => db.batch(operations.length > 1 ? operations.slice(0, -1) : operations, options),
  }),
  'answers before it has written': (db) => ({
    batch: async (operations, options) => {
      setTimeout(() => db.batch(operations, options).catch(() => undefined), 5)
    },
  }),
  'gives records back in the wrong order': (db) => ({
    iterator: (range) => db.iterator({ ...range, reverse: true }),
  }),
  'gives back bytes that are not what was written': (db) => ({
    async *iterator(range): AsyncGenerator<[Uint8Array, Uint8Array]> {
      for await (const [key, value] of db.iterator(range)) yield [key, checksummed(key, value.subarray(4, 5))]
    },
  }),
  'skips what is missing': (db) => ({
    async *iterator(range): AsyncGenerator<[Uint8Array, Uint8Array]> {
      let position = 0n
      for await (const [, value] of db.iterator(range)) {
        const key = keyOf('r', position)
        yield [key, checksummed(key, value.subarray(4))]
        position += 1n
      }
    },
  }),
  'forgets where it was pruned': (db) => ({
    batch: (operations, options) => db.batch(operations.filter(isRecord), options),
  }),
  'writes an append in two parts': (db, dying) => ({
    async batch(operations, options) {
      await dying.batch(operations.slice(0, -1), options)
      await new Promise(setImmediate)
      await db.batch(operations.slice(-1), options)
    },
  }),
}

const isRecord = ({ key }: BytesOperation): boolean => key[0] === 'r'.charCodeAt(0)

async function harnessWith(defect: Defect | undefined): Promise<JournalHarness> {
  const level = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  const killed: { value: boolean }[] = []
  const plain = (alive: { value: boolean }): BytesLevel => ({
    open: () => level.open(),
    get: (key) => level.get(key),
    async batch(operations) {
      if (!alive.value) throw new Error('the process is gone')
      await level.batch(operations)
    },
    clear: (range) => level.clear(range),
    keys: (range) => level.keys(range),
    iterator: (range) => level.iterator(range),
  })
  return {
    open: () => {
      const alive = { value: true }
      killed.push(alive)
      const db = plain(alive)
      return openJournal({ db: { ...db, ...defect?.(db, plain({ value: true })) } })
    },
    abandon: async () => {
      for (const life of killed) life.value = false
    },
    corrupt: async (position) => {
      const key = keyOf('r', position)
      const value = Uint8Array.from((await level.get(key)) as Uint8Array)
      value[value.length - 1] = (value.at(-1) as number) ^ 1
      await level.put(key, value)
    },
    remove: (position) => level.del(keyOf('r', position)),
    dispose: async () => undefined,
  }
}

async function failing(defect: Defect | undefined): Promise<string[]> {
  const failed: string[] = []
  // Which failure it is does not matter: the defect was found.
  for (const { name, run } of journalCompliance(() => harnessWith(defect))) await run().catch(() => failed.push(name))
  return failed
}

test('journal compliance › holds over storage that is right', async () => {
  expect(await failing(undefined)).toEqual([])
})

test.each(Object.entries(defects))('journal compliance › finds a journal whose storage %s', async (_, defect) => {
  expect((await failing(defect)).length).toBeGreaterThan(0)
})
