import { BlockHeaderType, CodedError, genesisHeader, type SealedBlock } from '@parley/protocol'
import pino from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { assertHeadersKnown } from '../src/chain/assert-headers-known.ts'
import type { HeaderWitness } from '../src/index.ts'
import { assertChain, assertClaimedHere } from '../src/settlement/assert-chain.ts'
import { BlockStore } from '../src/store/block-store.ts'
import { SignedHeaders } from '../src/store/signed-headers.ts'
import { copied, copyOf } from './support/copies.ts'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  type Disk,
  endAll,
  eventually,
  type HarnessOptions,
  newDisk,
  postMessages,
  postOperation,
  signer,
  startSequencer,
  survivorOf,
} from './support/harness.ts'
import { config, deposit, Talk } from './support/world.ts'

afterEach(endAll)

const quick: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 50 } }

type Place = 'newest' | 'newer than the claim' | 'older than the claim' | 'lost'

/** A sequencer that sealed some blocks and is gone; what was kept of it, and what the others know. */
interface Past {
  readonly disks: Readonly<Record<Place, Disk>>
  readonly l2: FakeL2
  readonly shown: readonly SealedBlock[]
  readonly claimed: SealedBlock
}

async function past(): Promise<Past> {
  const l2 = new FakeL2(config, signer.address)
  l2.enqueue(deposit(3))
  const { url, disk, end } = await startSequencer({ ...quick, l2 })
  await eventually('deposit', async () => (await fetch(`${url}/v1/accounts/3/0`)).ok || undefined)
  const talk = new Talk(3, 0)
  const { block } = await postOperation(url, talk.create)
  const shown: SealedBlock[] = []
  const speak = async (text: string): Promise<void> => {
    const [receipt] = await postMessages(url, [talk.say(text)])
    await eventually('block', () => blockAt(url, receipt!.block))
  }
  await eventually('block', () => blockAt(url, block))
  const older = await copied(disk)
  await speak('a')
  const claimed = (await blockAt(url, 'latest')) as SealedBlock
  const newer = await copied(disk)
  await speak('b')
  await speak('c')
  for (let number = 1n; ; number += 1n) {
    const sealed = await blockAt(url, number)
    if (sealed === undefined) break
    shown.push(sealed)
  }
  await end()
  l2.claim(claimed.block.header)
  const newest = survivorOf(disk)
  return {
    l2,
    shown,
    claimed,
    disks: { newest, 'newer than the claim': newer, 'older than the claim': older, lost: newDisk() },
  }
}

const known = ({ block: { header } }: SealedBlock) => ({
  lineage: header.lineage,
  number: header.number,
  root: BlockHeaderType.hashTreeRoot(header),
})

const witness = (name: string, followsSealed: boolean, reachable: boolean, last: SealedBlock): HeaderWitness => ({
  name,
  followsSealed,
  async lastHeader() {
    if (!reachable) throw new Error('connection refused')
    return known(last)
  },
})

const both = [true, false]
const places: readonly Place[] = ['newest', 'newer than the claim', 'older than the claim', 'lost']
const combinations = places.flatMap((copy) =>
  both.flatMap((mark) =>
    both.flatMap((node) =>
      both.flatMap((feed) => both.flatMap((l2) => both.map((alone) => ({ copy, mark, node, feed, l2, alone })))),
    ),
  ),
)

interface Tried {
  readonly disk: Disk
  readonly witnesses: readonly HeaderWitness[]
  readonly alone: boolean
}

/** What a start decides before anything is sealed, without lanes: the chain as stored, then the headers. */
async function verdictOf({ disk, witnesses, alone }: Tried, l2: FakeL2): Promise<string> {
  const { signal } = new AbortController()
  const blocks = await BlockStore.open(disk.store)
  const genesis = BlockHeaderType.hashTreeRoot(genesisHeader(config))
  const rootOf = async (lineage: Uint8Array, number: bigint) =>
    number === 0n ? genesis : blocks.signedRoot(lineage, number)
  const { lineage } = config.genesis
  try {
    const chain = {
      config,
      settlement: l2,
      store: disk.store,
      sequencer: signer.address,
    }
    const { number } = await assertChain(chain, signal)
    await assertClaimedHere({ settlement: l2, sealedRoot: rootOf, head: blocks.head }, signal)
    const lineages = [{ lineage, number: blocks.head }]
    const fresh = blocks.head === 0n && number === 0n
    const signed = await SignedHeaders.open(disk.signed, config)
    await assertHeadersKnown(
      { signed, witnesses, lineages, fresh, isShared: false, rootOf, log: pino({ level: 'silent' }) },
      alone,
      signal,
    )
    return 'starts'
  } catch (error) {
    if (error instanceof CodedError) return error.fault.code
    throw error
  }
}

/** Headers of a sequencer that differ from those shown before, after it has sealed one more block. */
async function secondHeaders({ disk, witnesses, alone }: Tried, { l2, shown }: Past): Promise<number> {
  const roots = new Map(shown.map(known).map(({ number, root }) => [number, Buffer.from(root).toString('hex')]))
  const again = await startSequencer({ ...quick, l2, witnesses, alone, disk })
  l2.enqueue(deposit(9))
  const next = await eventually('a new block', async () => {
    const latest = await blockAt(again.url, 'latest')
    return latest?.block.header.inboxCount === BigInt(l2.items.length) ? latest : undefined
  })
  let second = 0
  for (let number = 1n; number <= next.block.header.number; number += 1n) {
    const { root } = known((await blockAt(again.url, number)) as SealedBlock)
    if ((roots.get(number) ?? '') !== Buffer.from(root).toString('hex') && roots.has(number)) second += 1
  }
  await again.end()
  return second
}

test('copies › no combination of copy, mark, witnesses and L2 signs a second header', async () => {
  const before = await past()
  const { disks, l2, shown, claimed } = before
  const counted = new Map<string, number>()
  const starting: string[] = []
  let doubleSigned = 0
  for (const given of combinations) {
    const { journal, store } = await copied(disks[given.copy])
    const signed = given.mark ? await copyOf(disks.newest.signed) : newDisk().signed
    l2.unreachable = !given.l2
    const witnesses = [
      witness('node', false, given.node, claimed),
      witness('feed', true, given.feed, shown.at(-1) as SealedBlock),
    ]
    const tried: Tried = { disk: { journal, store, signed }, witnesses, alone: given.alone }
    const verdict = await verdictOf(tried, l2)
    // Of those that refuse, one of each kind is started: the sequencer itself must refuse alike.
    if (verdict === 'starts') doubleSigned += await secondHeaders(tried, before)
    else if (!counted.has(verdict))
      await expect(startSequencer({ ...quick, l2, ...tried })).rejects.toMatchObject({ fault: { code: verdict } })
    counted.set(verdict, (counted.get(verdict) ?? 0) + 1)
    if (verdict === 'starts') starting.push(Object.values(given).join(' '))
  }
  expect(doubleSigned).toBe(0)
  expect(Object.fromEntries(counted)).toEqual({
    starts: 8,
    COPY_OLDER: 44,
    HEADERS_UNKNOWN: 12,
    SETTLEMENT_UNAVAILABLE: 64,
  })
  // Only the newest copy starts, and only when it can be shown to be the newest.
  expect(starting.toSorted()).toEqual(
    [
      'newest true true true true false',
      'newest true true true true true',
      'newest true true false true true',
      'newest true false true true true',
      'newest true false false true true',
      'newest false true true true false',
      'newest false true true true true',
      'newest false false true true true',
    ].toSorted(),
  )
}, 360_000)

describe('copies › a fault says what to do', () => {
  test('an older copy', async () => {
    const { disks, l2, shown, claimed } = await past()
    const witnesses = [witness('http://batcher', true, true, shown.at(-1) as SealedBlock)]
    const disk = { ...disks['newer than the claim'], signed: newDisk().signed }
    await expect(startSequencer({ ...quick, l2, witnesses, alone: false, disk })).rejects.toMatchObject({
      fault: {
        code: 'COPY_OLDER',
        knownBy: 'http://batcher',
        block: known(shown.at(-1) as SealedBlock).number,
        head: known(claimed).number,
        cure: expect.stringContaining('newest'),
      },
    })
  })

  test('nobody to ask', async () => {
    const { disks, l2 } = await past()
    await expect(startSequencer({ ...quick, l2, alone: false, disk: disks.newest })).rejects.toMatchObject({
      fault: { code: 'HEADERS_UNKNOWN', unasked: [], cure: expect.stringContaining('--alone') },
    })
  })

  test('a missing mark, to somebody who starts alone already', async () => {
    const { disks, l2, claimed } = await past()
    const disk = { ...disks.newest, signed: newDisk().signed }
    const witnesses = [witness('node', false, true, claimed)]
    await expect(startSequencer({ ...quick, l2, witnesses, alone: true, disk })).rejects.toMatchObject({
      fault: { code: 'HEADERS_UNKNOWN', cure: expect.stringMatching(/^(?=.*sequencer\.markDir)(?!.*--alone)/) },
    })
  })

  test('another copy than the one whose header a witness knows', async () => {
    const { disks, l2, shown } = await past()
    const last = shown.at(-1) as SealedBlock
    const other: HeaderWitness = {
      name: 'relay',
      followsSealed: true,
      lastHeader: async () => ({ ...known(last), root: new Uint8Array(32).fill(9) }),
    }
    await expect(
      startSequencer({ ...quick, l2, witnesses: [other], alone: false, disk: disks.newest }),
    ).rejects.toMatchObject({ fault: { code: 'COPY_OTHER', knownBy: 'relay', block: known(last).number } })
  })
})

describe('copies › starting alone', () => {
  /** Levels of what a start logs that was told `alone`. */
  async function levelsOf(check: Partial<Parameters<typeof assertHeadersKnown>[0]>, marked: boolean) {
    const levels: string[] = []
    const log = pino(
      { formatters: { level: (level) => ({ level }) } },
      { write: (line) => levels.push(JSON.parse(line).level) },
    )
    const { lineage } = config.genesis
    const root = new Uint8Array(32).fill(7)
    const signed = await SignedHeaders.open(newDisk().signed, config)
    if (marked) await signed.record({ lineage, number: 1n, root })
    const lineages = [{ lineage, number: marked ? 1n : 0n }]
    const chain = { lineages, fresh: !marked, isShared: false, rootOf: async () => root }
    const known = { signed, witnesses: [], ...chain, log, ...check }
    await assertHeadersKnown(known, true, new AbortController().signal)
    return levels
  }

  test('a new chain is no reason to warn', async () => {
    expect(await levelsOf({}, false)).toEqual(['info'])
  })

  test('over a chain that has headers warns', async () => {
    expect(await levelsOf({}, true)).toEqual(['warn'])
  })

  test('a mark where the store is new warns', async () => {
    expect(await levelsOf({ fresh: true }, true)).toEqual(['warn'])
  })

  test('a new chain with a witness that does not answer warns of it, and of starting', async () => {
    const away: HeaderWitness = {
      name: 'relay',
      followsSealed: true,
      lastHeader: async () => {
        throw new Error('connection refused')
      },
    }
    expect(await levelsOf({ witnesses: [away] }, false)).toEqual(['warn', 'warn'])
  })
})

test('copies › the mark refuses a second header although everything else lets it pass', async () => {
  const { disks, l2, shown } = await past()
  const ahead = { ...known(shown.at(-1) as SealedBlock), number: 1n, root: new Uint8Array(32).fill(9) }
  const { signed } = newDisk()
  await (await SignedHeaders.open(signed, config)).record(ahead)
  const { journal, store } = disks.newest
  await expect(startSequencer({ ...quick, l2, disk: { journal, store, signed } })).rejects.toMatchObject({
    fault: { code: 'COPY_OTHER', knownBy: 'the mark beside the key', block: 1n },
  })
})
