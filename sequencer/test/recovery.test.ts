import { openJournal } from '@parley/journal'
import { BlockHeaderType, type SealedBlock } from '@parley/protocol'
import { checksummed, keyOf } from '@parley/runtime/level'
import { afterEach, describe, expect, test } from 'vitest'
import { encodeRecord } from '../src/chain/journal-records.ts'
import { SnapshotStore } from '../src/store/snapshot-store.ts'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  type Disk,
  endAll,
  eventually,
  getJson,
  type Harness,
  type HarnessOptions,
  newDisk,
  postMessages,
  postOperation,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { config, deposit, named, Talk } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = {
  lanes: 1,
  sealing: { minAgeMs: 0, minOperations: 4, maxWaitMs: 100 },
  storage: { snapshotEveryBlocks: 3 },
}

/** What clients were told, over all lives of a sequencer. */
class Witnessed {
  /** Positions answered as accepted, by talk. */
  readonly accepted = new Map<Talk, bigint[]>()
  /** Roots of headers that were served, by number. */
  readonly roots = new Map<bigint, string>()

  heard(talk: Talk, position: bigint): void {
    this.accepted.set(talk, [...(this.accepted.get(talk) ?? []), position])
  }

  saw({ block }: SealedBlock): void {
    const root = Buffer.from(BlockHeaderType.hashTreeRoot(block.header)).toString('hex')
    const known = this.roots.get(block.header.number)
    if (known !== undefined) expect(root, `two headers for block ${block.header.number}`).toBe(known)
    this.roots.set(block.header.number, root)
  }

  async look(url: string): Promise<void> {
    for (let number = 1n; ; number += 1n) {
      const sealed = await blockAt(url, number)
      if (sealed === undefined) return
      this.saw(sealed)
    }
  }
}

/** Sends until the sequencer stops answering, or `rounds` are over; tells what was acknowledged. */
async function talkTo(url: string, talks: readonly Talk[], witnessed: Witnessed, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const talk of talks) {
      const { conversation } = await getJson<{ conversation: { members: { nonce: string }[] } }>(
        url,
        `/v1/conversations/${talk.shard}/${talk.index}`,
      )
      const next = BigInt(conversation.members[0]!.nonce)
      const texts = [0n, 1n, 2n].map((i) => talk.signed(`${next + i}`, 0, next + i))
      for (const { refusal, value } of await postMessages(url, texts)) if (refusal === 0) witnessed.heard(talk, value)
    }
    await witnessed.look(url)
  }
}

async function found(url: string, talks: readonly Talk[]): Promise<void> {
  const { status } = await eventually('deposits', async () => {
    const response = await fetch(`${url}/v1/accounts/9/0`)
    return response.status === 404 ? undefined : response
  })
  if (status !== 200) throw new Error(`deposits are not there: ${status}`)
  for (const talk of talks) {
    if ((await fetch(`${url}/v1/conversations/${talk.shard}/${talk.index}`)).ok) continue
    expect(await postOperation(url, talk.create)).toMatchObject({ refusal: 0 })
  }
}

async function countsOf(url: string, talks: readonly Talk[]): Promise<bigint[]> {
  const reads = talks.map(({ shard, index }) =>
    getJson<{ conversation: { messageCount: string } }>(url, `/v1/conversations/${shard}/${index}`),
  )
  return (await Promise.all(reads)).map(({ conversation }) => BigInt(conversation.messageCount))
}

/** Runs a life that ends when the disk does; `death` says at which write. */
async function liveAndDie(disk: Disk, l2: FakeL2, talks: readonly Talk[], witnessed: Witnessed): Promise<Harness> {
  const harness = await startSequencer({ ...quick, disk, l2 })
  // One half of the disk never outlives the other.
  disk.journal.onDeath = () => disk.store.kill()
  disk.store.onDeath = () => disk.journal.kill()
  const failed = harness.sequencer.failed.catch(() => undefined)
  try {
    await found(harness.url, talks)
    await talkTo(harness.url, talks, witnessed, 4)
  } catch {
    // The life ended in the middle of a request: what is asked is whether what it had answered holds.
    await failed
  }
  await harness.end()
  return harness
}

const talksOfTwo = () => [new Talk(3, 0), new Talk(9, 0)]

describe('recovery › a kill at any write loses nothing acknowledged and signs no second header', () => {
  const moments = [1, 2, 3, 5, 9].flatMap((write) =>
    (['journal', 'store'] as const).flatMap((part) => [true, false].map((lose) => ({ part, write, lose }))),
  )
  test.each(moments)('$part write $write, lost: $lose', async ({ part, write, lose }) => {
    const disk = newDisk()
    const l2 = new FakeL2(config, signer.address)
    l2.enqueue(deposit(3), deposit(9))
    const talks = talksOfTwo()
    const witnessed = new Witnessed()
    disk[part].dieAt = { write, lose }
    await liveAndDie(disk, l2, talks, witnessed).catch((error: unknown) => {
      // Killed before it had started.
      expect(String(error)).toContain('the store is gone')
    })
    await endAll()
    const again = await startSequencer({ ...quick, disk: survivorOf(disk), l2 })
    await found(again.url, talks)
    const counts = await countsOf(again.url, talks)
    talks.forEach((talk, i) => {
      for (const position of witnessed.accepted.get(talk) ?? []) expect(position).toBeLessThan(counts[i] as bigint)
    })
    await talkTo(again.url, talks, witnessed, 2)
    await witnessed.look(again.url)
    talks.forEach((talk) => {
      const positions = witnessed.accepted.get(talk)!
      expect(new Set(positions).size, 'a position was given twice').toBe(positions.length)
    })
  })
})

test('recovery › a stopped sequencer goes on with the same open block', async () => {
  const slow: HarnessOptions = { sealing: { minAgeMs: 60_000, maxWaitMs: 80_000 } }
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3), deposit(9))
  const [talk] = talksOfTwo()
  const first = await startSequencer({ ...slow, l2 })
  await found(first.url, [talk!])
  const [receipt] = await postMessages(first.url, [talk!.say('a0'), talk!.say('a1')])
  const before = await first.execution.shardRoots()
  await first.end()
  const second = await startSequencer({ ...slow, disk: survivorOf(first.disk), l2, lanes: 1 })
  expect(await second.execution.shardRoots()).toEqual(before)
  const [next] = await postMessages(second.url, [talk!.say('a2')])
  expect(next).toMatchObject({ refusal: 0, block: receipt!.block, value: 2n })
})

test('recovery › starts from a snapshot and prunes the journal before it, once it is final', async () => {
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3), deposit(9))
  const talks = talksOfTwo()
  const witnessed = new Witnessed()
  const first = await startSequencer({ ...quick, storage: { snapshotEveryBlocks: 2, keepSnapshots: 1 }, l2 })
  await found(first.url, talks)
  await talkTo(first.url, talks, witnessed, 6)
  const { block } = (await blockAt(first.url, 'latest')) as SealedBlock
  const unpruned = await openJournal({ db: survivorOf(first.disk).journal })
  expect(() => unpruned.read(0n)).not.toThrow()
  l2.claim(block.header)
  l2.finalize()
  await eventually('final', async () => {
    const { finality } = await getJson<{ finality: { final: string } }>(first.url, '/v1/status')
    return finality.final === `${block.header.number}` || undefined
  })
  await talkTo(first.url, talks, witnessed, 8)
  const counts = await countsOf(first.url, talks)
  await first.end()
  const disk = survivorOf(first.disk)
  const journal = await openJournal({ db: disk.journal })
  expect(() => journal.read(0n)).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'JOURNAL_POSITION' }) }),
  )
  const second = await startSequencer({ ...quick, disk, l2 })
  expect(await countsOf(second.url, talks)).toEqual(counts)
  await talkTo(second.url, talks, witnessed, 2)
})

test('recovery › passes over a damaged snapshot and takes the older one', async () => {
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3), deposit(9))
  const talks = talksOfTwo()
  const witnessed = new Witnessed()
  const first = await startSequencer({ ...quick, storage: { snapshotEveryBlocks: 2, keepSnapshots: 2 }, l2 })
  await found(first.url, talks)
  await talkTo(first.url, talks, witnessed, 8)
  const counts = await countsOf(first.url, talks)
  await first.end()
  const disk = survivorOf(first.disk)
  const [latest, older] = await new SnapshotStore(disk.store).list()
  expect(older).toBeDefined()
  await disk.store.batch([{ type: 'del', key: keyOf('part/', latest!, 3n, 0n) }], { sync: true })
  const second = await startSequencer({ ...quick, disk, l2 })
  expect(await countsOf(second.url, talks)).toEqual(counts)
})

function opening(number: bigint, inboxFrom = 0n): Uint8Array {
  const { lineage, prices, timestamp } = config.genesis
  const inboxHash = new Uint8Array(32)
  return encodeRecord({
    kind: 'opening',
    opening: { number, timestamp: timestamp + 1_000n, lineage, inboxFrom, items: 0, inboxHash, prices },
  })
}

const entriesOf = (block: bigint): Uint8Array => encodeRecord({ kind: 'entries', block, entries: new Uint8Array(4) })
const sealOf = (number: bigint): Uint8Array => encodeRecord({ kind: 'seal', seal: { number, root: named('a root') } })

describe('recovery › refuses a journal that does not fit', () => {
  async function journalOf(...records: Uint8Array[]): Promise<Disk> {
    const disk = newDisk()
    const journal = await openJournal({ db: disk.journal })
    await journal.append(records)
    await journal.close()
    return disk
  }
  test.each<[string, () => Uint8Array[]]>([
    ['entries before any opening', () => [entriesOf(1n)]],
    ['entries of another block', () => [opening(1n), entriesOf(2n)]],
    ['an opening that leaves out a number', () => [opening(2n)]],
    ['an opening that leaves out inbox items', () => [opening(1n, 3n)]],
    ['a seal of a block that is not open', () => [sealOf(1n)]],
    ['a seal of another block', () => [opening(1n), sealOf(2n)]],
    ['something unknown', () => [new Uint8Array([9])]],
  ])('%s', async (_, records) => {
    const disk = await journalOf(...records())
    await expect(startSequencer({ ...quick, disk })).rejects.toMatchObject({ fault: { code: 'JOURNAL_INVALID' } })
  })

  test('entries that lanes cannot read', async () => {
    const disk = await journalOf(opening(1n), entriesOf(1n))
    await expect(startSequencer({ ...quick, disk })).rejects.toMatchObject({ fault: { code: 'RECORD_INVALID' } })
  })
})

describe('recovery › a stored block that the journal does not give stops the start', () => {
  const differs = { fault: { code: 'RECOVERY_DIFFERS', block: 1n, stored: named('another root') } }

  /** A disk that holds another root under the number of the first block. */
  async function planted(l2: FakeL2): Promise<Disk> {
    l2.enqueue(deposit(3), deposit(9))
    const first = await startSequencer({ ...quick, storage: { snapshotEveryBlocks: 1_000 }, l2 })
    await eventually('first block', () => blockAt(first.url, 1n))
    await first.end()
    const disk = survivorOf(first.disk)
    const [key] = await disk.store.keys({ gte: Buffer.from('header/'), limit: 1 }).all()
    const value = checksummed(key!, named('another root'))
    await disk.store.batch([{ type: 'put', key: key!, value }], { sync: true })
    return disk
  }

  test('by itself', async () => {
    const l2 = new FakeL2(config, signer.address)
    const disk = await planted(l2)
    await expect(startSequencer({ ...quick, disk, l2 })).rejects.toMatchObject(differs)
  })

  test.each([
    { what: 'an opening that does not follow', record: opening(99n) },
    { what: 'entries of a block that is not open', record: entriesOf(99n) },
    { what: 'something unknown', record: new Uint8Array([9]) },
  ])('also when $what comes later in the journal', async ({ record }) => {
    const l2 = new FakeL2(config, signer.address)
    const disk = await planted(l2)
    const journal = await openJournal({ db: disk.journal })
    // Closes the first block, which is compared while what comes next is read.
    await journal.append([opening(2n, 2n), record])
    await journal.close()
    await expect(startSequencer({ ...quick, disk, l2 })).rejects.toMatchObject(differs)
  })
})
