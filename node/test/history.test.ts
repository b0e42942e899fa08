import { RecordPageType } from '@parley/api'
import {
  type Block,
  BlockHeaderType,
  type BlockWitness,
  type Body,
  type ChangeMembers,
  millis,
  type QueuedItem,
  type Segment,
  viewOfBlock,
} from '@parley/protocol'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { recordBytes, recordsOf } from '../src/reads/record-bytes.ts'
import { type HistoryRecord, storedFormat } from '../src/store/chain-records.ts'
import { ChainStore } from '../src/store/chain-store.ts'
import { HistoryIndex } from '../src/store/history-index.ts'
import { historyPages } from '../src/store/history-pages.ts'
import { type NodeStore, numberKey, put, tableOf, writeAll } from '../src/store/node-store.ts'
import { digestOf } from './support/chain.ts'
import { historyEntries } from './support/history-entries.ts'

const conversations = [0, 1, 255, 256, 2 ** 32 - 1] as const
const shards = [0, 5, 63] as const

const change = (conversation: number, seed: number): ChangeMembers => ({
  shard: 0,
  conversation,
  epoch: BigInt(seed),
  signer: seed,
  remove: [{ slot: seed }],
  roles: [],
  add: Array.from({ length: seed % 3 }, (_, slot) => ({
    slot,
    key: digestOf(`${seed} ${slot}`),
    role: 1,
    allowance: BigInt(seed),
    priceLimit: 7n,
  })),
  exchange: seed % 2 === 0 ? [] : [{ key: digestOf(`${seed} exchange`) }],
})

/** Items of every kind; an index is its place. */
const items: readonly QueuedItem[] = [
  { selector: 0 as const, value: { shard: 0, account: 0, owner: new Uint8Array(20), amount: 1n } },
  ...conversations.flatMap((conversation, i) => [
    {
      selector: 1 as const,
      value: {
        sender: new Uint8Array(20),
        operation: { selector: 1 as const, value: change(conversation, i) },
        signatures: [],
      },
    },
    {
      selector: 2 as const,
      value: {
        shard: 0,
        message: { conversation, member: i, content: digestOf(`forced ${i}`) },
        signature: new Uint8Array(64),
      },
    },
  ]),
].map((item, index) => ({ index: BigInt(index), item, time: millis(0n), inboxHash: new Uint8Array(32) }))
const itemAt = (index: bigint): QueuedItem => items[Number(index)] as QueuedItem

const conversation = fc.constantFrom(...conversations)
const message = fc.record({
  conversation,
  member: fc.nat(65_535),
  content: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})
const body: fc.Arbitrary<Body> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ selector: fc.constant(0 as const), value: fc.array(message, { maxLength: 8 }) }),
  },
  fc
    .tuple(conversation, fc.nat(9))
    .map(([of, seed]): Body => ({ selector: 1, value: { selector: 1, value: change(of, seed) } })),
  fc.constant<Body>({ selector: 1, value: { selector: 4, value: { shard: 0, account: 0, nonce: 0n, amount: 1n } } }),
  fc.nat(items.length - 1).map((index): Body => ({ selector: 2, value: BigInt(index) })),
)
const segment: fc.Arbitrary<Segment> = fc
  .tuple(body, fc.boolean())
  .map(([of, changes]) => ({ preRoot: digestOf('a'), body: of, postRoot: digestOf(changes ? 'b' : 'a') }))
const blocks = fc
  .array(
    fc
      .subarray([...shards])
      .chain((of) => fc.tuple(...of.map((shard) => fc.tuple(fc.constant(shard), fc.array(segment, { maxLength: 5 }))))),
    { maxLength: 5 },
  )
  .map((all) =>
    all.map(
      (runs, i): Block => ({
        header: { ...BlockHeaderType.defaultValue(), number: BigInt(i + 1), timestamp: BigInt(1000 + i) },
        runs: runs.map(([shard, segments]) => ({ shard, segments, postRoot: digestOf('b') })),
      }),
    ),
  )

/** Signatures that nobody made: one a message, two an operation. */
const witnessOf = (block: Block): BlockWitness =>
  block.runs.map(({ shard, segments }) =>
    segments.map(({ body: { selector, value } }, s) =>
      Array.from({ length: selector === 0 ? value.length : selector === 1 ? 2 : 0 }, (_, i) => {
        const half = digestOf(`${block.header.number} ${shard} ${s} ${i}`)
        return new Uint8Array([...half, ...half])
      }),
    ),
  )
const viewed = (block: Block) => viewOfBlock(block, witnessOf(block))

type Records = Map<string, HistoryRecord[]>

/** What the blocks add, from their values. */
function expected(of: readonly Block[]): Records {
  const records: Records = new Map(shards.flatMap((shard) => conversations.map((each) => [`${shard}/${each}`, []])))
  for (const block of of)
    for (const { shard, conversation: each, record } of historyEntries(block, witnessOf(block), itemAt))
      records.get(`${shard}/${each}`)?.push(record)
  return records
}

/** What the octets say, in the form of values. */
const decoded = (bytes: Uint8Array): HistoryRecord[] =>
  RecordPageType.deserialize(Uint8Array.from(bytes)).entries.map(({ withheld, signatures, event, ...entry }) => ({
    ...entry,
    signatures: withheld ? null : signatures,
    event: event as HistoryRecord['event'],
  }))

async function expectIndex(index: HistoryIndex, records: Records, from: number, count: number): Promise<void> {
  for (const [name, entries] of records) {
    const [shard, each] = name.split('/').map(Number) as [number, number]
    expect(index.length(shard, each)).toEqual({
      entries: BigInt(entries.length),
      block: entries.at(-1)?.block ?? 0n,
    })
    const read = await index.read(shard, each, BigInt(from), count)
    expect(recordsOf(read, count)).toEqual(entries.slice(from, from + count))
    const octets = recordBytes(read, BigInt(from), count)
    expect(decoded(octets.bytes)).toEqual(entries.slice(from, from + count))
    expect(octets.count).toBe(entries.slice(from, from + count).length)
    expect(octets.lastBlock).toBe(entries.slice(from, from + count).at(-1)?.block ?? 0n)
    expect(recordsOf(await index.read(shard, each, 0n, 10_000), 10_000)).toEqual(entries)
  }
}

async function expectGrowth(index: HistoryIndex, of: readonly Block[]): Promise<void> {
  for (const [i, { header }] of of.entries()) {
    const grown = [...expected(of.slice(0, i + 1))].filter(([, entries]) => entries.at(-1)?.block === header.number)
    const told = (await index.growth(header.number)).map(({ shard, index: each, entries }) => [
      `${shard}/${each}`,
      entries,
    ])
    expect(new Map(told as [string, bigint][])).toEqual(
      new Map(grown.map(([name, { length }]) => [name, BigInt(length)])),
    )
  }
}

describe('records of conversations', () => {
  test('pages › are read, and taken back, as what the values of the blocks add', async () => {
    await fc.assert(
      fc.asyncProperty(
        blocks,
        fc.nat(20),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(5),
        async (all, from, count, kept) => {
          const db: NodeStore = new MemoryLevel<string, string>()
          const index = new HistoryIndex(db)
          await index.open()
          for (const block of all)
            await writeAll(db, await index.writes(block.header.number, historyPages(viewed(block), itemAt)))
          await expectIndex(index, expected(all), from, count)
          await expectGrowth(index, all)
          const undone = []
          for (const { header } of all.slice(kept).reverse()) undone.push(...(await index.unwrites(header.number)))
          await writeAll(db, undone)
          await expectIndex(index, expected(all.slice(0, kept)), from, count)
          const unsigned = expected(all.slice(0, kept))
          const pruned = Math.min(kept, 2)
          for (let block = 1; block <= pruned; block += 1) await writeAll(db, await index.unsigns(BigInt(block)))
          for (const [name, entries] of unsigned)
            unsigned.set(
              name,
              entries.map((entry) => (entry.block <= pruned ? { ...entry, signatures: null } : entry)),
            )
          await expectIndex(index, unsigned, from, count)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('pages › one that does not decode is a fault of the store', async () => {
    const db: NodeStore = new MemoryLevel<string, string>()
    const index = new HistoryIndex(db)
    const bytes = Uint8Array.from([...new Uint8Array(16), 0, 1])
    await writeAll(db, await index.writes(1n, [{ shard: 0, conversation: 0, count: 1, bytes }]))
    await expect(index.read(0, 0, 0n, 1)).rejects.toMatchObject({ fault: { code: 'STORE_INVALID' } })
  })

  test('form › a store of another version is refused', async () => {
    const fresh: NodeStore = new MemoryLevel<string, string>()
    await ChainStore.open(fresh)
    await expect(ChainStore.open(fresh)).resolves.toBeDefined()
    const meta = tableOf(fresh, 'chain-meta')
    await writeAll(fresh, [put(meta, new TextEncoder().encode('format'), numberKey(storedFormat + 1n))])
    await expect(ChainStore.open(fresh)).rejects.toMatchObject({ fault: { code: 'STORE_INVALID', record: 'form' } })
    const old: NodeStore = new MemoryLevel<string, string>()
    await writeAll(old, [put(tableOf(old, 'chain-meta'), new TextEncoder().encode('tip'), new Uint8Array(72))])
    await expect(ChainStore.open(old)).rejects.toMatchObject({ fault: { code: 'STORE_INVALID', record: 'form' } })
  })
})
