import { BlockHeaderType, type InboxItem, InboxItemKind, type SealedBlock, sameBytes } from '@parley/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { copied } from './support/copies.ts'
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
import { Listener } from './support/socket.ts'
import { config, deposit, named, Talk } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = {
  lanes: 1,
  sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 },
  storage: { snapshotEveryBlocks: 3 },
}

/** Roots of headers that were served, by lineage and number: each has one for ever. */
class Served {
  private readonly roots = new Map<string, string>()

  saw({ block: { header } }: SealedBlock): void {
    const place = `${Buffer.from(header.lineage).toString('hex')} ${header.number}`
    const root = Buffer.from(BlockHeaderType.hashTreeRoot(header)).toString('hex')
    expect(this.roots.get(place) ?? root, `two headers for ${place}`).toBe(root)
    this.roots.set(place, root)
  }

  async look(url: string): Promise<void> {
    for (let number = 1n; ; number += 1n) {
      const sealed = await blockAt(url, number)
      if (sealed === undefined) return
      this.saw(sealed)
    }
  }
}

async function speak(url: string, talk: Talk, text: string): Promise<SealedBlock> {
  const [receipt] = await postMessages(url, [talk.say(text)])
  expect(receipt).toMatchObject({ refusal: 0 })
  return eventually('block', () => blockAt(url, receipt!.block))
}

interface Past {
  readonly l2: FakeL2
  readonly disk: Disk
  readonly talks: readonly Talk[]
  readonly served: Served
  readonly claimed: SealedBlock
  /** Number of the last block. */
  readonly head: bigint
}

/** A sequencer that spoke, had a claim, and spoke on: with operations, items and an open block above the claim. */
async function past(): Promise<Past> {
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3), deposit(9))
  const harness = await startSequencer({ ...quick, l2 })
  const { url } = harness
  await eventually('deposits', async () => (await fetch(`${url}/v1/accounts/9/0`)).ok || undefined)
  const talks = [new Talk(3, 0), new Talk(9, 0)]
  const [first, second] = talks as [Talk, Talk]
  await postOperation(url, first.create)
  for (const text of ['a', 'b']) await speak(url, first, text)
  const claimed = await speak(url, first, 'c')
  l2.claim(claimed.block.header)
  l2.enqueue(deposit(12))
  await eventually('item', async () => (await fetch(`${url}/v1/accounts/12/0`)).ok || undefined)
  await postOperation(url, second.create)
  for (const text of ['d', 'e', 'f', 'g']) await speak(url, text === 'e' ? first : second, text)
  const { number } = (await speak(url, second, 'h')).block.header
  const served = new Served()
  await served.look(url)
  await harness.end()
  return { l2, disk: survivorOf(harness.disk), talks, served, claimed, head: number }
}

const counts = (url: string, talks: readonly Talk[]): Promise<string[]> =>
  Promise.all(
    talks.map(async ({ shard }) => {
      const path = `/v1/conversations/${shard}/0`
      return (await getJson<{ conversation: { messageCount: string } }>(url, path)).conversation.messageCount
    }),
  )

const ready = (url: string) => eventually('ready', async () => (await fetch(`${url}/readyz`)).ok || undefined)

/** What must hold once a sequencer went on in the new lineage. */
async function assertWentOn({ url }: Harness, { talks, served, claimed }: Past, lineage: Uint8Array): Promise<void> {
  await ready(url)
  expect(await counts(url, talks)).toEqual(['4', '4'])
  expect((await fetch(`${url}/v1/accounts/12/0`)).ok).toBe(true)
  const sealed = await speak(url, talks[0] as Talk, 'i')
  await served.look(url)
  expect(sealed.block.header.lineage).toEqual(lineage)
  const { header } = claimed.block
  const next = (await blockAt(url, header.number + 1n)) as SealedBlock
  expect(next.block.header).toMatchObject({ parent: BlockHeaderType.hashTreeRoot(header), lineage })
  const standing = (await blockAt(url, header.number)) as SealedBlock
  expect(sameBytes(standing.block.header.lineage, config.genesis.lineage)).toBe(true)
  // Nonces go on: what is said next has its place behind everything offered again.
  expect(await counts(url, talks)).toEqual(['5', '4'])
}

test('removal › a running sequencer ends, and the next start goes on after what was left standing', async () => {
  const before = await past()
  const { l2, disk } = before
  const running = await startSequencer({ ...quick, l2, disk })
  await ready(running.url)
  const feed = await new Listener(running.url, '/v1/feed/blocks').opened()
  const lineage = named('lineage')
  l2.removal(lineage, 1n)
  await expect(running.sequencer.failed).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED' } })
  await running.end()
  const goOn = `from ${before.claimed.block.header.number + 1n}`
  expect(await feed.ended()).toEqual({ code: 4409, reason: goOn })
  const again = await startSequencer({ ...quick, l2, disk: survivorOf(disk) })
  await assertWentOn(again, before, lineage)
  const inForce = `0x${Buffer.from(lineage).toString('hex')}`
  const standing = String(before.claimed.block.header.number)
  // One creation, and five messages.
  const removals = [{ lineage: inForce, standing, kept: '6', fallen: '0', done: true }]
  expect(await getJson(again.url, '/v1/status')).toMatchObject({ lineage: inForce, removals })
  const former = `lineage=0x${Buffer.from(config.genesis.lineage).toString('hex')}`
  const late = new Listener(again.url, `/v1/feed/blocks?from=${before.head + 1n}&${former}`)
  expect(await late.ended()).toEqual({ code: 4409, reason: goOn })
  const early = await new Listener(again.url, `/v1/feed/blocks?from=2&${former}`).opened()
  await early.heard(1)
  await again.end()
  const later = await startSequencer({ ...quick, l2, disk: survivorOf(disk) })
  await ready(later.url)
  await before.served.look(later.url)
  expect(await counts(later.url, before.talks)).toEqual(['5', '4'])
})

test('removal › of everything goes back to the state before the first block', async () => {
  const before = await past()
  const lineage = named('lineage')
  before.l2.removal(lineage)
  const again = await startSequencer({ ...quick, l2: before.l2, disk: before.disk })
  await ready(again.url)
  expect(await counts(again.url, before.talks)).toEqual(['4', '4'])
  await before.served.look(again.url)
  expect((await blockAt(again.url, 1n))?.block.header.lineage).toEqual(lineage)
})

test('removal › a second one, before or after the first was acted on, goes back further', async () => {
  const before = await past()
  const { l2, disk, talks, served, claimed } = before
  l2.claim(claimed.block.header)
  for (const acted of [false, true]) {
    const lineage = named(`lineage ${acted}`)
    l2.removal(named(`lineage before ${acted}`), acted ? 1n : 2n)
    if (acted) {
      const between = await startSequencer({ ...quick, l2, disk: survivorOf(disk) })
      await ready(between.url)
      await speak(between.url, talks[1] as Talk, `between ${acted}`)
      await served.look(between.url)
      await between.end()
    }
    l2.removal(lineage, acted ? 0n : 1n)
    const again = await startSequencer({ ...quick, l2, disk: survivorOf(disk) })
    await ready(again.url)
    await served.look(again.url)
    expect(await counts(again.url, talks)).toEqual(acted ? ['4', '5'] : ['4', '4'])
    const above = acted ? 1n : claimed.block.header.number + 1n
    expect((await blockAt(again.url, above))?.block.header.lineage).toEqual(lineage)
    await again.end()
  }
})

/** Prices beyond what any member of a talk pays. */
function dear(): InboxItem {
  const value = { ...config.genesis.prices }
  for (const part of Object.keys(value) as (keyof typeof value)[]) value[part] = 1_000_000_000n
  return { selector: InboxItemKind.prices, value }
}

interface Fallen {
  readonly fallen: string
  readonly done: boolean
  readonly entries: readonly { readonly index: string; readonly id: string; readonly message: object | null }[]
  readonly next: string | null
}

test('removal › what became invalid is listed, also after a restart', async () => {
  const { l2, disk } = await past()
  // Accepted behind everything said; in the new lineage it comes first.
  l2.enqueue(dear())
  const running = await startSequencer({ ...quick, l2, disk })
  await eventually('the prices', async () => {
    const { prices } = await getJson<{ prices: Record<string, string> }>(running.url, '/v1/prices')
    return Object.values(prices).includes('1000000000') || undefined
  })
  l2.removal(named('lineage'), 1n)
  await expect(running.sequencer.failed).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED' } })
  await running.end()
  for (const start of ['first', 'second']) {
    const { url, end } = await startSequencer({ ...quick, l2, disk: survivorOf(disk) })
    await ready(url)
    const list = await getJson<Fallen>(url, '/v1/removals/0/fallen')
    expect(list, start).toMatchObject({ removal: 0, fallen: '6', done: true, next: null })
    expect(list.entries.map(({ index }) => index)).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(list.entries[0]).toMatchObject({
      id: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      fault: { code: expect.any(String) },
    })
    expect(list.entries.filter(({ message }) => message === null)).toHaveLength(1)
    expect((await getJson<Fallen>(url, '/v1/removals/latest/fallen?from=4')).entries).toEqual(list.entries.slice(4))
    expect(await (await fetch(`${url}/v1/removals/1/fallen`)).json()).toMatchObject({
      code: 'REMOVAL_UNKNOWN',
      removals: 1,
    })
    await end()
  }
})

test('removal › waits at the start until safe blocks tell of it', async () => {
  const before = await past()
  const lineage = named('lineage')
  before.l2.lineageNow = lineage
  const starting = startSequencer({ ...quick, l2: before.l2, disk: before.disk })
  before.l2.empty()
  before.l2.removal(lineage, 1n)
  await assertWentOn(await starting, before, lineage)
})

describe('removal › a kill at any write while it is acted on', () => {
  const lineage = named('lineage')
  /** Snapshots are many writes of their own, and are tested elsewhere. */
  const plain: HarnessOptions = { ...quick, storage: { snapshotEveryBlocks: 1_000 } }
  let shared: Promise<Past> | undefined

  async function removed(): Promise<Past> {
    const before = await past()
    before.l2.removal(lineage, 1n)
    return before
  }

  /** Lives until it went on or until the disk dies at a write. @returns whether it died. */
  async function live(disk: Disk, l2: FakeL2): Promise<boolean> {
    const died = Promise.withResolvers<true>()
    const parts = [disk.journal, disk.store, disk.signed]
    for (const part of parts)
      part.onDeath = () => {
        for (const other of parts) other.kill()
        died.resolve(true)
      }
    const went = (async () => {
      const { url } = await startSequencer({ ...plain, l2, disk })
      await ready(url)
      return false
    })()
    // A life that ended in the middle is looked at by the next one.
    went.catch(() => undefined)
    const dead = await Promise.race([went, died.promise])
    await endAll()
    return dead
  }

  test.each(['journal', 'store', 'signed'] as const)(
    '%s',
    async (part) => {
      shared ??= removed()
      const { l2, disk: left, talks, claimed } = await shared
      let write = 1
      // That a write is lost is what is left when the process ended after the one before.
      for (; ; write += 1) {
        const disk = await copied(left)
        disk[part].dieAt = { write, lose: true }
        if (!(await live(disk, l2))) break
        const again = await startSequencer({ ...plain, l2, disk: survivorOf(disk) })
        await ready(again.url)
        expect(await counts(again.url, talks), `${part} ${write}`).toEqual(['4', '4'])
        const next = await blockAt(again.url, claimed.block.header.number + 1n)
        expect(next?.block.header.lineage).toEqual(lineage)
        await again.end()
      }
      expect(write).toBeGreaterThan(1)
    },
    360_000,
  )
})

test('removal › an older copy does not start once another went on', async () => {
  const before = await past()
  const { l2, disk } = before
  l2.removal(named('lineage'), 1n)
  const older = await copied(disk)
  const went = await startSequencer({ ...quick, l2, disk })
  await assertWentOn(went, before, named('lineage'))
  const last = (await blockAt(went.url, 'latest')) as SealedBlock
  await went.end()
  const { signed } = survivorOf(disk)
  await expect(startSequencer({ ...quick, l2, disk: { ...(await copied(older)), signed } })).rejects.toMatchObject({
    fault: { code: 'COPY_OLDER', knownBy: 'the mark beside the key' },
  })
  const lost = { ...(await copied(older)), signed: newDisk().signed }
  await expect(startSequencer({ ...quick, l2, disk: lost })).rejects.toMatchObject({
    fault: { code: 'HEADERS_UNKNOWN' },
  })
  const { lineage, number } = last.block.header
  const relay = {
    name: 'relay',
    followsSealed: true,
    lastHeader: async () => ({ lineage, number, root: BlockHeaderType.hashTreeRoot(last.block.header) }),
  }
  const asked = { ...(await copied(older)), signed: newDisk().signed }
  await expect(startSequencer({ ...quick, l2, disk: asked, witnesses: [relay], alone: false })).rejects.toMatchObject({
    fault: { code: 'COPY_OLDER', knownBy: 'relay' },
  })
  const stranger = { ...relay, lastHeader: async () => ({ lineage: named('other'), number, root: named('root') }) }
  await expect(
    startSequencer({ ...quick, l2, disk: survivorOf(disk), witnesses: [stranger], alone: false }),
  ).rejects.toMatchObject({ fault: { code: 'LINEAGE_UNKNOWN', knownBy: 'relay' } })
})
