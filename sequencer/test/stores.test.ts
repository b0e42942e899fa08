import { BlockView, type SealedBlock, SealedBlockType, sameBytes } from '@parley/protocol'
import { keyOf } from '@parley/runtime/level'
import { beforeEach, describe, expect, test } from 'vitest'
import { decodeRecord, encodeRecord, type JournalRecord } from '../src/chain/journal-records.ts'
import { ShardFeesType } from '../src/derived/shard-fees.ts'
import { BlockStore } from '../src/store/block-store.ts'
import { InboxStore } from '../src/store/inbox-store.ts'
import { SnapshotStore } from '../src/store/snapshot-store.ts'
import type { FailingLevel } from './support/failing-level.ts'
import { FakeL2 } from './support/fake-l2.ts'
import { newDisk } from './support/harness.ts'
import { offerOperation, ReferenceChainBuilder } from './support/reference-chain.ts'
import { config, deposit, named, Talk } from './support/world.ts'

let db: FailingLevel
beforeEach(() => {
  db = newDisk().store
})

const corrupt = (what: string) =>
  expect.objectContaining({ fault: expect.objectContaining({ code: 'STORE_CORRUPT', what }) })

/** Flips the last bit of what is stored under a key. */
async function flip(key: Uint8Array): Promise<void> {
  const value = Uint8Array.from((await db.get(key)) as Uint8Array)
  value[value.length - 1] = (value.at(-1) as number) ^ 1
  await db.batch([{ type: 'put', key, value }], { sync: true })
}

function chainOf(blocks: number, label = ''): SealedBlock[] {
  const chain = new ReferenceChainBuilder()
  chain.enqueue(deposit(3))
  return Array.from({ length: blocks }, (_, i) => {
    const { block, witness } = chain.build([offerOperation(new Talk(3, i, label).create)])
    return { block, witness, signature: new Uint8Array(65).fill(i) }
  })
}

const links = new Uint8Array([1, 2, 3])

describe('block store', () => {
  test('gives back what was added, also once reopened', async () => {
    const [first, second] = chainOf(2) as [SealedBlock, SealedBlock]
    const store = await BlockStore.open(db)
    expect([store.head, store.first]).toEqual([0n, 1n])
    const bytes = await store.add(BlockView.encode(first), links, Promise.resolve())
    await store.add(BlockView.encode(second), links, Promise.resolve())
    expect(sameBytes(bytes, SealedBlockType.serialize(first))).toBe(true)
    const again = await BlockStore.open(db)
    expect([again.head, again.first]).toEqual([2n, 1n])
    expect(await again.block(1n)).toEqual(first)
    expect(await again.links(2n)).toEqual(links)
    expect(await again.bytes(3n)).toBeUndefined()
  })

  test('never holds two headers of one lineage and number, not even of a forgotten block', async () => {
    const store = await BlockStore.open(db)
    const [first, second] = chainOf(2) as [SealedBlock, SealedBlock]
    const [other] = chainOf(1, 'other') as [SealedBlock]
    await store.add(BlockView.encode(first), links, Promise.resolve())
    await store.add(BlockView.encode(second), links, Promise.resolve())
    await store.forget(2n)
    expect(await store.block(1n)).toBeUndefined()
    expect(await store.block(2n)).toEqual(second)
    const again = await BlockStore.open(db)
    expect([again.head, again.first]).toEqual([2n, 2n])
    again.head = 0n
    await expect(again.add(BlockView.encode(other), links, Promise.resolve())).rejects.toMatchObject({
      fault: { code: 'SECOND_HEADER', block: 1n },
    })
    expect(await again.block(1n)).toBeUndefined()
  })

  test('never forgets its last block', async () => {
    const store = await BlockStore.open(db)
    for (const block of chainOf(2)) await store.add(BlockView.encode(block), links, Promise.resolve())
    await store.forget(3n)
    expect((await BlockStore.open(db)).head).toBe(2n)
  })

  test('refuses a gap', async () => {
    const store = await BlockStore.open(db)
    const [, second] = chainOf(2)
    await expect(store.add(BlockView.encode(second!), links, Promise.resolve())).rejects.toThrow(corrupt('block'))
  })

  test('refuses what is not what was written', async () => {
    const store = await BlockStore.open(db)
    await store.add(BlockView.encode(chainOf(1)[0]!), links, Promise.resolve())
    await flip(keyOf('block/', 1n))
    await expect((await BlockStore.open(db)).block(1n)).rejects.toThrow(corrupt('block'))
  })
})

describe('inbox store', () => {
  const cursor = { blockNumber: 9n, blockHash: new Uint8Array(32) }
  const stored = () => {
    const l2 = new FakeL2(config, new Uint8Array(20))
    l2.enqueue(deposit(1), deposit(2), deposit(3))
    return l2.items.map((queued, i) => ({ queued, l2Block: BigInt(i) }))
  }

  test('adds and takes back items as a whole', async () => {
    const store = await InboxStore.open(db)
    await store.apply({ add: stored(), cursor })
    await store.apply({ keep: 1n, add: [], cursor })
    const again = await InboxStore.open(db)
    expect([again.count, again.cursor]).toEqual([1n, cursor])
    expect(await again.items(0n, 1n)).toEqual(stored().slice(0, 1))
  })

  test('refuses missing and damaged items', async () => {
    const store = await InboxStore.open(db)
    await store.apply({ add: stored(), cursor })
    await flip(keyOf('item/', 1n))
    await expect(store.items(0n, 3n)).rejects.toThrow(corrupt('inbox item'))
    await db.batch([{ type: 'del', key: keyOf('item/', 1n) }], { sync: true })
    await expect(store.items(0n, 3n)).rejects.toThrow(corrupt('inbox item'))
    await expect(store.items(2n, 4n)).rejects.toThrow(corrupt('inbox item'))
  })
})

describe('snapshot store', () => {
  const snapshot = (number: bigint) => {
    const { header } = chainOf(1)[0]!.block
    const pieces = Array.from({ length: 64 }, (_, shard) => [new Uint8Array([shard]), new Uint8Array(shard)])
    return {
      header: { ...header, number },
      prices: config.genesis.prices,
      shardRoots: pieces.map(() => named('root')),
      fees: ShardFeesType.defaultValue(),
      journalFrom: 7n * number,
      shards: pieces,
      index: pieces.map(() => [new Uint8Array(16)]),
    }
  }
  const read = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = []
    for await (const item of items) all.push(item)
    return all
  }

  test('gives back pieces in their order and keeps the latest', async () => {
    const store = new SnapshotStore(db)
    for (const number of [1n, 2n, 3n]) await store.write(snapshot(number), 2, 2n)
    expect(await store.list()).toEqual([3n, 2n])
    const { shards, index, ...head } = snapshot(3n)
    expect(await store.head(3n)).toMatchObject(head)
    expect(await read(store.shards(3n))).toEqual(
      shards.flatMap((pieces, shard) => pieces.map((bytes) => ({ shard, bytes }))),
    )
    expect((await read(store.index(3n))).map(({ bytes }) => bytes)).toEqual(index.flat())
    expect((await store.write(snapshot(4n), 2, 3n))?.journalFrom).toBe(21n)
  })

  test('keeps what leads back to the last final block, and no oldest one that is above it', async () => {
    const store = new SnapshotStore(db)
    const oldest = []
    for (const number of [2n, 4n, 6n, 8n]) oldest.push(await store.write(snapshot(number), 1, number < 8n ? 1n : 5n))
    // Until a snapshot is at or below the final block, only the journal leads there.
    expect(oldest.map((head) => head?.header.number)).toEqual([undefined, undefined, undefined, 4n])
    expect(await store.list()).toEqual([8n, 6n, 4n])
  })

  test('refuses a damaged or missing piece', async () => {
    const store = new SnapshotStore(db)
    await store.write(snapshot(1n), 1, 0n)
    await flip(keyOf('part/', 1n, 5n, 0n))
    await expect(read(store.shards(1n))).rejects.toThrow(corrupt('snapshot'))
    await db.batch([{ type: 'del', key: keyOf('part/', 1n, 5n, 0n) }], { sync: true })
    await expect(read(store.shards(1n))).rejects.toThrow(corrupt('snapshot'))
  })
})

describe('journal records', () => {
  const records: readonly JournalRecord[] = [
    {
      kind: 'opening',
      opening: {
        number: 5n,
        timestamp: 6n,
        lineage: named('lineage'),
        inboxFrom: 7n,
        items: 64,
        inboxHash: named('inbox'),
        prices: { coreByte: 1n, witnessByte: 1n, settlement: 2n, stateByte: 3n },
      },
    },
    { kind: 'entries', block: 2n ** 64n - 1n, entries: new Uint8Array([9, 8]) },
    { kind: 'seal', seal: { number: 2n ** 64n - 1n, root: named('root') } },
  ]
  const [opening = new Uint8Array(0), , seal = new Uint8Array(0)] = records.map(encodeRecord)

  test.each(records)('$kind decodes to what was encoded', (record) => {
    expect(decodeRecord(encodeRecord(record), 0n)).toEqual(record)
  })

  test.each([
    ['nothing', []],
    ['an unknown kind', [9, ...new Uint8Array(20)]],
    ['entries without entries', [2, ...new Uint8Array(8)]],
    ['a short opening', [1, ...new Uint8Array(20)]],
    ['a long opening', [...opening, 0]],
    ['a short seal', [...seal].slice(0, -1)],
    ['a long seal', [...seal, 0]],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeRecord(Uint8Array.from(bytes), 4n)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'JOURNAL_INVALID', position: 4n }) }),
    )
  })
})
