import { openJournal } from '@parley/journal'
import { BlockHeaderType } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { decodeRecord, encodeRecord, type JournalRecord } from '../src/chain/journal-records.ts'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  type Disk,
  endAll,
  eventually,
  type HarnessOptions,
  newDisk,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { config, deposit } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 } }

function funded(): FakeL2 {
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3), deposit(9))
  return l2
}

async function recordsOf(disk: Disk): Promise<JournalRecord[]> {
  const journal = await openJournal({ db: disk.journal })
  const records: JournalRecord[] = []
  for await (const { record, position } of journal.read(0n))
    records.push(decodeRecord(Uint8Array.from(record), position))
  await journal.close()
  return records
}

/** Follows sealed blocks and knows none. */
const silent = { name: 'relay', followsSealed: true, lastHeader: async () => undefined }

/** A journal of `records` beside an empty store that knows the same inbox. */
async function journalOf(records: readonly JournalRecord[], { store }: Disk): Promise<Disk> {
  const disk = newDisk()
  const journal = await openJournal({ db: disk.journal })
  await journal.append(records.map(encodeRecord))
  await journal.close()
  for (const prefix of ['item/', 'item-cursor'])
    for await (const [key, value] of store.iterator({ gte: Buffer.from(prefix), lt: Buffer.from(`${prefix}\xff`) }))
      await disk.store.batch([{ type: 'put', key, value }], { sync: true })
  return disk
}

test('seal record › is durable, with the header’s root, before the signer is asked', async () => {
  const disk = newDisk()
  const asked: boolean[] = []
  const watching = {
    ...signer,
    sign: async (digest: Uint8Array) => {
      const seals = (await recordsOf(disk)).filter(({ kind }) => kind === 'seal')
      asked.push(seals.length === asked.length + 1)
      return signer.sign(digest)
    },
  }
  const { url } = await startSequencer({ ...quick, disk, l2: funded(), signer: watching })
  const sealed = await eventually('first block', () => blockAt(url, 1n))
  expect(asked).toEqual([true])
  const seal = (await recordsOf(disk)).find((record) => record.kind === 'seal')
  expect(seal?.seal).toEqual({ number: 1n, root: BlockHeaderType.hashTreeRoot(sealed.block.header) })
})

test('seal record › without the stored block, recovery signs the same header again', async () => {
  const l2 = funded()
  const first = await startSequencer({ ...quick, l2 })
  const sealed = await eventually('first block', () => blockAt(first.url, 1n))
  await first.end()
  const disk = survivorOf(first.disk)
  const again = await startSequencer({ ...quick, l2, disk: await journalOf(await recordsOf(disk), disk) })
  expect(await blockAt(again.url, 1n)).toEqual(sealed)
})

test('seal record › a block without one stays open, and nothing of it is signed', async () => {
  const l2 = funded()
  const first = await startSequencer({ ...quick, l2 })
  await eventually('first block', () => blockAt(first.url, 1n))
  await first.end()
  const disk = survivorOf(first.disk)
  const unsealed = (await recordsOf(disk)).filter(({ kind }) => kind !== 'seal')
  const slow: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 60_000, maxWaitMs: 80_000 } }
  const again = await startSequencer({ ...slow, l2, witnesses: [silent], disk: await journalOf(unsealed, disk) })
  expect(await blockAt(again.url, 1n)).toBeUndefined()
  expect((await fetch(`${again.url}/v1/accounts/3/0`)).ok).toBe(true)
})

test('seal record › another root than the replayed block’s stops the start', async () => {
  const l2 = funded()
  const first = await startSequencer({ ...quick, l2 })
  await eventually('first block', () => blockAt(first.url, 1n))
  await first.end()
  const disk = survivorOf(first.disk)
  const root = new Uint8Array(32).fill(7)
  const forged = (await recordsOf(disk)).map((record) =>
    record.kind === 'seal' ? { kind: 'seal' as const, seal: { ...record.seal, root } } : record,
  )
  await expect(startSequencer({ ...quick, l2, disk: await journalOf(forged, disk) })).rejects.toMatchObject({
    fault: { code: 'RECOVERY_DIFFERS', block: 1n, stored: root },
  })
})
