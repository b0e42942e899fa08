import assert from 'node:assert/strict'
import { type Journal, maxJournalRecordBytes } from '../interfaces/journal.ts'
import type { ComplianceCase } from './case.ts'
import { collect, rejectsWithCode, sameRecord } from './expect.ts'

/** What the suite needs of the storage under a journal. Each case leases a harness of its own. */
export interface JournalHarness {
  /** Opens the journal on the harness's storage, as left by whoever had it before. */
  open(): Promise<Journal>
  /** Leaves an open journal as a killed process would: nothing is flushed or closed properly. */
  abandon(journal: Journal): Promise<void>
  /** Flips one bit of a stored record; no journal is open. */
  corrupt(position: bigint): Promise<void>
  /** Removes a stored record; no journal is open. */
  remove(position: bigint): Promise<void>
  dispose(): Promise<void>
}

const record = (text: string): Uint8Array => new TextEncoder().encode(text)

async function appendAll(journal: Journal, texts: readonly string[]): Promise<void> {
  for (const text of texts) await journal.append([record(text)])
}

async function texts(journal: Journal, from = 0n): Promise<string[]> {
  return (await collect(journal.read(from))).map((entry) => new TextDecoder().decode(entry.record))
}

type Check = (harness: JournalHarness) => Promise<void>

const appending: Record<string, Check> = {
  'append › positions rise by one a record, from 0': async (harness) => {
    const journal = await harness.open()
    assert.equal(journal.next, 0n)
    assert.equal(await journal.append([record('a')]), 0n)
    assert.equal(await journal.append([record('b'), record('c'), record('d')]), 1n)
    assert.equal(await journal.append([record('e')]), 4n)
    assert.equal(journal.next, 5n)
    assert.deepEqual(
      (await collect(journal.read(0n))).map((entry) => entry.position),
      [0n, 1n, 2n, 3n, 4n],
    )
    await journal.close()
  },
  'append › records come back byte for byte': async (harness) => {
    const journal = await harness.open()
    const records = [new Uint8Array(1), Uint8Array.from({ length: 70_000 }, (_, i) => i % 251), record('z')]
    await journal.append(records)
    const read = await collect(journal.read(0n))
    assert.equal(read.length, records.length)
    records.forEach((expected, i) => {
      sameRecord(read[i]?.record, expected)
    })
    await journal.close()
  },
  'append › the largest record comes back, beside the smallest': async (harness) => {
    const journal = await harness.open()
    const largest = Uint8Array.from({ length: maxJournalRecordBytes }, (_, i) => i % 253)
    await journal.append([largest, record('a')])
    const read = await collect(journal.read(0n))
    sameRecord(read[0]?.record, largest)
    sameRecord(read[1]?.record, record('a'))
    await journal.close()
  },
  'append › calls made at once keep and resolve in their order': async (harness) => {
    const journal = await harness.open()
    const resolved: bigint[] = []
    const calls = Array.from({ length: 200 }, async (_, i) => {
      const position = await journal.append([record(`${i}`)])
      resolved.push(position)
      return position
    })
    assert.equal(journal.next, 200n, 'next does not count appends under way')
    const positions = await Promise.all(calls)
    const expected = positions.map((_, i) => BigInt(i))
    assert.deepEqual(positions, expected)
    assert.deepEqual(resolved, expected)
    assert.deepEqual(
      await texts(journal),
      expected.map((position) => `${position}`),
    )
    assert.equal(journal.pendingBytes, 0)
    await journal.close()
  },
  'append › a record of no bytes, of too many, and no record are refused': async (harness) => {
    const journal = await harness.open()
    await rejectsWithCode(['JOURNAL_RECORD_SIZE'], () => journal.append([record('a'), new Uint8Array(0)]))
    await rejectsWithCode(['JOURNAL_RECORD_SIZE'], () => journal.append([new Uint8Array(maxJournalRecordBytes + 1)]))
    await rejectsWithCode(['JOURNAL_EMPTY_APPEND'], () => journal.append([]))
    assert.equal(journal.next, 0n, 'a refused append took a position')
    assert.deepEqual(await texts(journal), [])
    await journal.close()
  },
  'close › what was appended before is durable, nothing is taken after': async (harness) => {
    const journal = await harness.open()
    const appended = journal.append([record('a')])
    await journal.close()
    assert.equal(await appended, 0n)
    await rejectsWithCode(['JOURNAL_CLOSED'], () => journal.append([record('b')]))
    const again = await harness.open()
    assert.deepEqual(await texts(again), ['a'])
    await again.close()
  },
}

const reading: Record<string, Check> = {
  'read › starts where it is told and ends with what is durable': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b', 'c'])
    assert.deepEqual(await texts(journal, 1n), ['b', 'c'])
    assert.deepEqual(await texts(journal, 3n), [])
    const reader = journal.read(0n)
    await appendAll(journal, ['d'])
    assert.equal((await collect(reader)).length, 3, 'a record appended after the call was read')
    await journal.close()
  },
  'read › a position above the next one is refused': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a'])
    await rejectsWithCode(['JOURNAL_POSITION'], async () => collect(journal.read(2n)))
    await journal.close()
  },
  'open › goes on where the last one stopped': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b'])
    await journal.close()
    const again = await harness.open()
    assert.equal(again.next, 2n)
    assert.equal(await again.append([record('c')]), 2n)
    assert.deepEqual(await texts(again), ['a', 'b', 'c'])
    await again.close()
  },
  'crash › what was answered is there, in order and without gaps': async (harness) => {
    const journal = await harness.open()
    const answered: bigint[] = []
    const calls = Array.from({ length: 50 }, async (_, i) => {
      answered.push(await journal.append([record(`${i}`)]))
    })
    await calls[0]
    await harness.abandon(journal)
    // Whether the rest is told or not is open: the process is gone.
    await Promise.allSettled(calls)
    const again = await harness.open()
    const found = await texts(again)
    assert.ok(found.length >= answered.length, `${answered.length} answered, ${found.length} found`)
    assert.deepEqual(
      found,
      found.map((_, i) => `${i}`),
    )
    assert.equal(again.next, BigInt(found.length))
    await again.close()
  },
  'crash › the records of one append are all there, or none': async (harness) => {
    const journal = await harness.open()
    await journal.append([record('seal'), record('opening')])
    const calls = Array.from({ length: 20 }, (_, i) => journal.append([record(`${i} seal`), record(`${i} opening`)]))
    const settled = Promise.allSettled(calls)
    // A turn of the loop: the write has begun.
    await new Promise(setImmediate)
    await harness.abandon(journal)
    // Whether they are told or not is open: the process is gone.
    await settled
    const again = await harness.open()
    const found = await texts(again)
    assert.ok(found.length >= 2, 'what was answered is not there')
    assert.equal(found.length % 2, 0, 'half an append is there')
    await again.close()
  },
}

async function damaged(harness: JournalHarness, damage: (position: bigint) => Promise<void>): Promise<void> {
  const journal = await harness.open()
  await appendAll(journal, ['a', 'b', 'c'])
  await journal.close()
  await damage(1n)
  await rejectsWithCode(['JOURNAL_GAP', 'JOURNAL_CORRUPT'], async () => {
    const again = await harness.open()
    try {
      await collect(again.read(0n))
    } finally {
      await again.close()
    }
  })
}

const failing: Record<string, Check> = {
  'read › a flipped bit is refused, never read': (harness) => damaged(harness, (position) => harness.corrupt(position)),
  'read › a missing record is refused, never skipped': (harness) =>
    damaged(harness, (position) => harness.remove(position)),
  'open › a missing first record is refused': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b'])
    await journal.close()
    await harness.remove(0n)
    await rejectsWithCode(['JOURNAL_GAP'], async () => {
      const again = await harness.open()
      try {
        await collect(again.read(0n))
      } finally {
        await again.close()
      }
    })
  },
}

const pruning: Record<string, Check> = {
  'prune › forgets what is before and keeps positions, also once reopened': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b', 'c', 'd'])
    await journal.prune(2n)
    await rejectsWithCode(['JOURNAL_POSITION'], async () => collect(journal.read(1n)))
    assert.deepEqual(await texts(journal, 2n), ['c', 'd'])
    await journal.close()
    const again = await harness.open()
    assert.equal(again.next, 4n)
    assert.deepEqual(await texts(again, 2n), ['c', 'd'])
    assert.equal(await again.append([record('e')]), 4n)
    await again.close()
  },
  'prune › of everything keeps the next position, also once reopened': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b'])
    await journal.prune(2n)
    await journal.close()
    const again = await harness.open()
    assert.equal(again.next, 2n)
    assert.deepEqual(await texts(again, 2n), [])
    assert.equal(await again.append([record('c')]), 2n)
    await again.close()
  },
  'prune › twice at one place is the same as once, beyond the end is refused': async (harness) => {
    const journal = await harness.open()
    await appendAll(journal, ['a', 'b'])
    await journal.prune(1n)
    await journal.prune(1n)
    await journal.prune(0n)
    assert.deepEqual(await texts(journal, 1n), ['b'])
    await rejectsWithCode(['JOURNAL_POSITION'], () => journal.prune(3n))
    await journal.close()
  },
}

/**
 * The suite that every `Journal` passes.
 * @param lease - Gives a fresh, empty harness for each case; the case disposes of it.
 */
export function journalCompliance(lease: () => Promise<JournalHarness>): readonly ComplianceCase[] {
  return Object.entries({ ...appending, ...reading, ...failing, ...pruning }).map(([name, check]) => ({
    name,
    async run() {
      const harness = await lease()
      try {
        await check(harness)
      } finally {
        await harness.dispose()
      }
    },
  }))
}
