import { DaError, type DaFault, millis, sameBytes } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { BatchArchive } from '../src/archive/batch-archive.ts'
import { createHttpArchive, type PartArchive } from '../src/index.ts'
import type { NodeStore } from '../src/store/node-store.ts'
import { type BadArchive, startBadArchive } from './support/bad-archives.ts'
import { claimed, keyOf } from './support/l2.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()
const forever = new AbortController().signal
const day = 86_400_000

function prepared(): { readonly rig: Rig; readonly parts: readonly Uint8Array[] } {
  const rig = new Rig()
  rig.prepare()
  const parts = rig.claims.flatMap(({ claim }) => [claim.coreRoot, claim.witnessRoot])
  return { rig, parts }
}

const rootPath = (root: Uint8Array): string => `/v1/batches/0x${keyOf(root)}`

/** An archive of everything that was published. */
const complete = ({ claims, core, witness }: Rig): PartArchive => ({
  name: 'complete',
  async retrieve(root) {
    for (const { claim } of claims) {
      if (sameBytes(claim.coreRoot, root)) return core.held.get(keyOf(claim.core.pointer)) as Uint8Array
      if (sameBytes(claim.witnessRoot, root)) return witness.held.get(keyOf(claim.witness.pointer)) as Uint8Array
    }
    throw new DaError({ code: 'DA_MISSING', layer: 'complete', pointer: root })
  },
})

const metric = async ({ registry }: Running, line: string): Promise<boolean> =>
  (await registry.metrics()).includes(line)

/** What an archive refuses with. */
async function faultOf(retrieved: Promise<Uint8Array>): Promise<DaFault> {
  const error = await retrieved.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  if (!(error instanceof DaError)) throw new TypeError(`no fault of a layer: ${String(error)}`)
  return error.fault
}

describe('archive', () => {
  test('route › serves both parts of a verified batch by root, for ever the same', async () => {
    const { rig, parts } = prepared()
    const one = await started(rig)
    await one.verified(2n)
    for (const [i, root] of parts.entries()) {
      const claim = rig.claims[i >> 1]!.claim
      const layer = i % 2 === 0 ? rig.core : rig.witness
      const carried = await layer.retrieve((i % 2 === 0 ? claim.core : claim.witness).pointer)
      const answer = await fetch((await one.url()) + rootPath(root))
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(carried)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      const head = await fetch((await one.url()) + rootPath(root), { method: 'HEAD' })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, `${carried.length}`])
    }
    expect(await one.get(rootPath(new Uint8Array(32)))).toMatchObject({ status: 404, body: { code: 'PART_UNKNOWN' } })
    expect(await one.get('/v1/batches/0x12')).toMatchObject({ status: 400, body: { code: 'FIELD_INVALID' } })
  })

  test('sources › a node without its layers derives everything from another node', async () => {
    const { rig } = prepared()
    const first = await started(rig)
    await first.verified(2n)
    for (const layer of [rig.core, rig.witness]) layer.spoil = () => Uint8Array.of(0)
    rig.archives = [createHttpArchive({ url: await first.url(), name: 'first' }, systemClock)]
    const second = await started(rig, {}, new MemoryLevel<string, string>())
    await second.verified(2n)
    expect(await metric(second, 'source_answers_total{source="first",answer="served"} 4')).toBe(true)
    // What it got from there it serves in its turn.
    expect((await fetch((await second.url()) + rootPath(rig.claims[1]!.claim.coreRoot))).status).toBe(200)
  })

  test('sources › a node that was not given the layer derives from an archive, too', async () => {
    const { rig } = prepared()
    const first = await started(rig)
    await first.verified(2n)
    rig.archives = [createHttpArchive({ url: await first.url() }, systemClock)]
    rig.isGivenLayers = false
    const second = await started(rig, {}, new MemoryLevel<string, string>())
    await second.verified(2n)
  })

  test('alarm › three parts that only an archive had although the layer should is an error, until the layer serves', async () => {
    const { rig } = prepared()
    for (const { claim } of rig.claims) rig.witness.lost.add(keyOf(claim.witness.pointer))
    rig.archives = [complete(rig)]
    const one = await started(rig)
    await one.verified(2n)
    expect(await metric(one, 'parley_node_data_only_from_archive{layer="witness"} 0')).toBe(true)
    const third = rig.publish(rig.chain.build(rig.chain.say(3, 1)))
    rig.witness.lost.add(keyOf(third.claim.witness.pointer))
    rig.l2.mine(claimed(third))
    await one.verified(3n)
    const alarms = () => rig.logged.filter(({ alarm }) => alarm === 'data_only_from_archive')
    expect(alarms()).toMatchObject([{ layer: 'witness', level: 50 }])
    expect(await metric(one, 'parley_node_data_only_from_archive{layer="witness"} 1')).toBe(true)
    rig.claim(rig.chain.build(rig.chain.say(3, 1)))
    await one.verified(4n)
    expect(await metric(one, 'parley_node_data_only_from_archive{layer="witness"} 0')).toBe(true)
    expect(await metric(one, 'parley_node_data_only_from_archive{layer="core"} 0')).toBe(true)
  })

  test('alarm › data that the layer need not have any more is no reason for one', async () => {
    const { rig } = prepared()
    rig.claim(rig.chain.build(rig.chain.say(3, 1)))
    for (const { claim } of rig.claims) rig.core.lost.add(keyOf(claim.core.pointer))
    rig.core.retentionSeconds = 60
    rig.l2.time = (1_700_000_001n + 61n) * 1_000n
    rig.l2.mine()
    rig.archives = [complete(rig)]
    const one = await started(rig)
    await one.verified(3n)
    expect(rig.logged.filter(({ alarm }) => alarm !== undefined)).toEqual([])
  })

  const lies: [how: BadArchive, code: string | undefined][] = [
    ['wrong', undefined],
    ['truncated', undefined],
    ['empty', undefined],
    ['cut', 'DA_UNAVAILABLE'],
    ['endless', 'DA_CORRUPT'],
    ['slow', 'DA_UNAVAILABLE'],
    ['hanging', 'DA_UNAVAILABLE'],
    [404, 'DA_MISSING'],
    [410, 'DA_PRUNED'],
    [429, 'DA_UNAVAILABLE'],
    [500, 'DA_UNAVAILABLE'],
  ]
  test.each(lies)('bad archive › that answers %s ends with %s, and the next one serves', async (how, code) => {
    const { rig } = prepared()
    const pointer = rig.claims[1]!.claim.core.pointer
    const right = await rig.core.retrieve(pointer)
    await using bad = await startBadArchive(how, right)
    const asked = createHttpArchive(
      { url: bad.url, timeoutMs: how === 'slow' || how === 'hanging' ? 300 : 60_000 },
      systemClock,
    )
    const root = rig.claims[1]!.claim.coreRoot
    if (code === undefined) expect(await asked.retrieve(root, forever)).not.toEqual(right)
    else expect(await faultOf(asked.retrieve(root, forever))).toMatchObject({ code })
    rig.core.lost.add(keyOf(pointer))
    rig.archives = [asked, { name: 'good', retrieve: async () => right }]
    const before = bad.asked
    const one = await started(rig)
    await one.verified(2n)
    expect(bad.asked).toBe(before + 1)
    expect(await metric(one, 'source_answers_total{source="good",answer="served"} 1')).toBe(true)
  })

  test('bad archive › of two parts only the wrong one is fetched from the next, and the fault names who served it', async () => {
    const { rig } = prepared()
    const { claim } = rig.claims[1]!
    const right = await rig.witness.retrieve(claim.witness.pointer)
    rig.witness.lost.add(keyOf(claim.witness.pointer))
    const asked: string[] = []
    const archive = (name: string, bytes: Uint8Array) => ({
      name,
      retrieve: async () => {
        asked.push(name)
        return bytes
      },
    })
    const wrong = right.map((byte, i) => (i === right.length - 1 ? byte ^ 1 : byte))
    rig.archives = [archive('liar', wrong), archive('good', right)]
    const cores = rig.core.retrievals
    const one = await started(rig)
    await one.verified(2n)
    expect(asked).toEqual(['liar', 'good'])
    expect(rig.core.retrievals).toBe(cores + 2)
    const mismatch = rig.logged.find(({ fault }) => (fault as { code?: string } | undefined)?.code === 'DATA_MISMATCH')
    expect(mismatch).toMatchObject({ fault: { part: 'witness', source: 'liar' } })
  })

  test('bad archive › five lies in a row, and it is asked last', async () => {
    const { rig } = prepared()
    const lost = rig.claims[1]!.claim.core.pointer
    rig.core.lost.add(keyOf(lost))
    const asked: string[] = []
    const archive = (name: string) => ({
      name,
      retrieve: async () => {
        asked.push(name)
        return name === 'liar'
          ? Uint8Array.of(9)
          : Promise.reject(new DaError({ code: 'DA_MISSING', layer: name, pointer: lost }))
      },
    })
    rig.archives = [archive('liar'), archive('empty')]
    const one = await started(rig)
    await until('both were asked often', () => asked.length >= 20)
    expect(asked.slice(0, 10)).toEqual(Array.from({ length: 5 }, () => ['liar', 'empty']).flat())
    expect(asked.slice(10, 14)).toEqual(['empty', 'liar', 'empty', 'liar'])
    rig.core.lost.clear()
    await one.verified(2n)
  })

  test('own › what was fetched once is not fetched again after the state was lost', async () => {
    const { rig } = prepared()
    const one = await started(rig)
    await one.verified(2n)
    const before = rig.core.retrievals + rig.witness.retrievals
    // The L2 forgets the second claim, and tells it again.
    rig.l2.reorganise(1, [])
    await one.verified(1n)
    const { hash, claim } = rig.claims[1]!
    rig.l2.mine({ kind: 'claim', hash, claim })
    await one.verified(2n)
    expect(rig.core.retrievals + rig.witness.retrievals).toBe(before)
  })
})

describe('what an archive keeps', () => {
  const store = (): NodeStore => new MemoryLevel<string, string>()
  const claims = (() => {
    const { rig } = prepared()
    return rig.claims.map(({ claim }) => claim)
  })()
  const [first, second] = claims as [(typeof claims)[number], (typeof claims)[number]]
  const bytes = { core: Uint8Array.of(1, 2, 3), witness: Uint8Array.of(4) }
  const at = (days: number) => millis(BigInt(1_700_000_000_000 + days * day))

  test('until › 21 days after finality, by the time of the L2', async () => {
    const archive = new BatchArchive(store(), { archiveKeptMs: 21 * day })
    await archive.keep(first, bytes)
    await archive.keep(second, { core: Uint8Array.of(7), witness: Uint8Array.of(8) })
    await archive.forget(0n, at(0))
    await archive.forget(1n, at(10))
    await archive.forget(1n, at(30.9))
    expect(await archive.part(first.coreRoot)).toEqual(bytes.core)
    await archive.forget(1n, at(31))
    expect(await archive.part(first.coreRoot)).toBeUndefined()
    expect(await archive.length(first.witnessRoot)).toBeUndefined()
    expect(await archive.length(second.coreRoot)).toBe(1)
    await archive.forget(2n, at(32))
    await archive.forget(2n, at(53))
    expect(await archive.part(second.coreRoot)).toBeUndefined()
  })

  test('until › for ever, when all is kept', async () => {
    const archive = new BatchArchive(store(), { archiveKeptMs: Number.POSITIVE_INFINITY })
    await archive.keep(first, bytes)
    await archive.forget(1n, at(0))
    await archive.forget(1n, at(100_000))
    expect(await archive.part(first.coreRoot)).toEqual(bytes.core)
  })

  test('root › of several claims is kept until the last of them goes, and counts once', async () => {
    const archive = new BatchArchive(store(), { archiveKeptMs: 10 * day })
    const twin = { ...second, witnessRoot: first.witnessRoot }
    await archive.keep(twin, bytes)
    await archive.keep(first, { ...bytes, witness: Uint8Array.of(9) })
    expect(await archive.part(first.witnessRoot)).toEqual(bytes.witness)
    await archive.forget(1n, at(0))
    await archive.forget(1n, at(10))
    expect(await archive.part(first.coreRoot)).toBeUndefined()
    expect(await archive.part(first.witnessRoot)).toEqual(bytes.witness)
  })

  test('time › of an L2 that went back forgets nothing early', async () => {
    const archive = new BatchArchive(store(), { archiveKeptMs: 10 * day })
    await archive.keep(first, bytes)
    await archive.forget(1n, at(5))
    await archive.forget(0n, at(4))
    await archive.forget(0n, at(15))
    expect(await archive.part(first.coreRoot)).toEqual(bytes.core)
  })

  test('marks › are as many as there are shares of the time, whatever comes often', async () => {
    const db = store()
    const archive = new BatchArchive(db, { archiveKeptMs: 512_000 })
    for (let second = 0; second < 3_000; second += 1)
      await archive.forget(BigInt(second), millis(1_700_000_000_000n + BigInt(second) * 500n))
    const marks = await db.sublevel('archive-final').keys().all()
    expect(marks.length).toBeGreaterThan(500)
    expect(marks.length).toBeLessThan(520)
  })
})
