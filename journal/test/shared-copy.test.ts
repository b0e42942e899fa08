import type { Journal } from '@parley/protocol'
import { expect, test, vi } from 'vitest'
import { openJournal } from '../src/index.ts'
import { JournalCopy } from '../src/shared/copy.ts'
import { encodeMessage } from '../src/shared/message.ts'
import { Disk } from './support/shared-harness.ts'

const life = new Uint8Array(16)
const records = (copy: JournalCopy, text: string): Uint8Array => {
  const { term, next: first, digest: previous } = copy.history.place
  return encodeMessage({ kind: 'records', term, first, previous, records: [new TextEncoder().encode(text)] })
}

async function copyOf(disk: Disk, through = (local: Journal): Journal => local): Promise<JournalCopy> {
  return JournalCopy.open(through(await openJournal({ db: disk.records })), disk.places)
}

test('a place never reaches what is not on the disk yet, though the next message was read', async () => {
  const disk = new Disk()
  const held = Promise.withResolvers<void>()
  const copy = await copyOf(disk, (local) => slowFrom(1n, held.promise, local))
  await copy.take(encodeMessage({ kind: 'term', term: 1n, replica: 'one', life }))
  const first = copy.take(records(copy, 'a'))
  const second = copy.take(records(copy, 'b'))
  await first
  // The process ends here.
  const left = await disk.copy()
  expect((await copyOf(left)).history.place.next).toBe(1n)
  held.resolve()
  await second
})

test('a place that a loss of power took back does not end before the local journal begins', async () => {
  const disk = new Disk()
  const copy = await copyOf(disk)
  const messages = [encodeMessage({ kind: 'term', term: 1n, replica: 'one', life })]
  await copy.take(messages[0]!)
  const beforeLoss = synced(disk)
  for (const text of ['a', 'b', 'c']) {
    messages.push(records(copy, text))
    await copy.take(messages.at(-1)!)
  }
  await copy.prune(2n)
  const again = await copyOf(await beforeLoss())
  for (const message of messages.slice(again.history.place.sequence)) await again.take(message)
  expect(again.history.place.next).toBe(3n)
})

/** A disk of which a loss of power keeps all records, and of the place what was synced last. @returns what is left */
function synced(disk: Disk): () => Promise<Disk> {
  let kept = disk.copy()
  const { places } = disk
  const batch = places.batch.bind(places) as (operations: unknown, options: { sync?: boolean }) => Promise<void>
  vi.spyOn(places, 'batch').mockImplementation((async (operations: unknown, options: { sync?: boolean }) => {
    await batch(operations, options)
    if (options.sync === true) kept = disk.copy()
  }) as never)
  return async () => {
    const left = await disk.copy()
    await left.places.clear()
    for await (const [key, value] of (await kept).places.iterator()) await left.places.put(key, value)
    return left
  }
}

/** A local journal whose writes from a position on wait. */
function slowFrom(position: bigint, until: Promise<void>, local: Journal): Journal {
  return {
    get next() {
      return local.next
    },
    get pendingBytes() {
      return local.pendingBytes
    },
    async append(appended) {
      if (local.next >= position) await until
      return local.append(appended)
    },
    read: (from) => local.read(from),
    prune: (before) => local.prune(before),
    close: () => local.close(),
  }
}
