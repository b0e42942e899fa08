import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packBlobs } from '../src/ethereum-blobs/packing.ts'
import { createKzg, type Kzg } from '../src/index.ts'
import {
  type BeaconStage,
  beaconWith,
  blobs,
  data,
  errorOf,
  hashesOf,
  jsonOf,
  onBeaconStage,
  type Replies,
  type Reply,
  root,
  type StageOptions,
  serving,
  stranger,
} from './support/beacon-stage.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'

const patience = () => AbortSignal.timeout(340_000)

let kzg: Kzg
let hashes: Uint8Array[]
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  hashes = await hashesOf(kzg)
})
afterAll(() => kzg?.close())

/** A beacon node that answers as told; gives what `use` gives, the blocks whose blobs were asked for and those searched. */
const withReader = <T>(reply: Replies, use: (stage: BeaconStage) => Promise<T>, stage?: StageOptions) =>
  onBeaconStage(
    { kzg, hashes },
    [reply],
    async (on) => ({ result: await use(on), blocks: on.blocks, looked: on.looked }),
    stage,
  )

const readOn = ({ reader, pointer }: BeaconStage) => reader.read(pointer(), patience())

const read = (reply: Replies, stage?: StageOptions) => withReader(reply, readOn, stage)

const faultAfter = async (reply: Replies, stage?: StageOptions) =>
  (await withReader(reply, (on) => faultOf(readOn(on)), stage)).result

const here = serving()

describe('beacon answers', () => {
  test('octets › are read', async () => {
    const { result, blocks } = await read(here)
    expect(Buffer.compare(result, data)).toBe(0)
    expect(blocks).toEqual(['100', '100'])
  })

  test.each([
    ['/v3/KEY', '/v3/KEY/eth/v1/', ''],
    ['/?apikey=KEY', '/eth/v1/', 'apikey=KEY'],
    ['/v3?apikey=KEY', '/v3/eth/v1/', 'apikey=KEY'],
  ])('of a beacon API at %s › are asked for there, with the key', async (place, before, key) => {
    const asked: string[] = []
    const reply: Replies = (block, blob, path) => {
      asked.push(path)
      return here(block, blob)
    }
    const { result } = await read(reply, { place })
    expect(Buffer.compare(result, data)).toBe(0)
    expect(asked.length).toBeGreaterThan(0)
    for (const path of asked) {
      expect(path.startsWith(before), path).toBe(true)
      expect(new URLSearchParams(path.split('?')[1]).get('apikey')).toBe(key === '' ? null : 'KEY')
    }
  })

  test('JSON › is read', async () => {
    const { result } = await read((block, blob) => (block === '100' ? jsonOf(blobs[blob]!) : { status: 404 }))
    expect(Buffer.compare(result, data)).toBe(0)
  })

  test('other blobs beside the right one › do no harm', async () => {
    const { result } = await read((block, blob) =>
      block === '100' ? jsonOf(stranger, stranger, blobs[blob]!, blobs[blob]!) : { status: 404 },
    )
    expect(Buffer.compare(result, data)).toBe(0)
  })

  test.each([
    ['a blob of another hash', () => ({ body: stranger })],
    ['bytes that are no blob', () => ({ body: new Uint8Array(131_072).fill(0xff) })],
    ['half a blob', () => ({ body: stranger.slice(0, 65_536) })],
    ['an endless answer', () => ({ body: new Uint8Array(6_000_000) })],
    ['JSON without a list', () => ({ type: 'application/json', body: '{"data":7}' })],
    ['JSON that is none', () => ({ type: 'application/json', body: '{"data":[' })],
    ['a list of something else', () => ({ type: 'application/json', body: '{"data":["0x00"]}' })],
    ['too many blobs', () => jsonOf(...Array.from({ length: 17 }, () => stranger))],
  ])('%s › is DA_CORRUPT', async (_what, reply) => {
    expect(await faultAfter((block) => (block === '100' ? reply() : { status: 404 }))).toMatchObject({
      code: 'DA_CORRUPT',
    })
  })

  test('an error of the node › is DA_UNAVAILABLE, never missing', async () => {
    expect(await faultAfter(() => ({ status: 500 }))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(await faultAfter(() => ({ status: 429 }))).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })

  test('only some of the blobs › is DA_MISSING', async () => {
    expect(await faultAfter((block, blob) => (blob === 0 ? here(block, blob) : { body: '' }))).toMatchObject({
      code: 'DA_MISSING',
    })
  })

  test('a page of a proxy › is DA_UNAVAILABLE, whatever its status', async () => {
    for (const status of [200, 404, 502])
      expect(
        await faultAfter(() => ({ status, type: 'text/html', body: '<html>' }), {
          slots: 'beacon',
          chain: { roots: true },
        }),
      ).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })
})

describe('a beacon node without all columns', () => {
  const stage: StageOptions = { slots: 'beacon', chain: { roots: true } }
  test.each([
    ['404, as Prysm says', errorOf(404, 'node does not custody enough data columns to reconstruct blobs')],
    ['400, as Lighthouse says', errorOf(400, 'Insufficient data columns to reconstruct blobs')],
    [
      '500, as Lighthouse says',
      errorOf(500, 'Insufficient data columns to reconstruct blobs: required 64, but only 4'),
    ],
  ])('%s › is DA_UNAVAILABLE and names the cure', async (_what, reply) => {
    const fault = await faultAfter(
      beaconWith(new Set(['head', root(100)]), () => reply),
      stage,
    )
    expect(fault).toMatchObject({ code: 'DA_UNAVAILABLE', reason: expect.stringMatching(/all data columns/) })
    expect(fault).toMatchObject({ reason: expect.stringMatching(/data columns to reconstruct/) })
  })

  test('404 of a block that it does not know › is a block that is not there', async () => {
    expect(
      await faultAfter(
        beaconWith(new Set(['head']), () => errorOf(404, 'Block not found')),
        stage,
      ),
    ).toMatchObject({
      code: 'DA_MISSING',
    })
  })

  test('404 of a server without headers › tells nothing, so DA_UNAVAILABLE', async () => {
    expect(
      await faultAfter(
        beaconWith(new Set(), () => errorOf(404, 'Not found')),
        stage,
      ),
    ).toMatchObject({
      code: 'DA_UNAVAILABLE',
    })
  })

  test('has the blobs again › they are read', async () => {
    let columns = false
    const served = beaconWith(new Set(['head', root(100)]), (block, blob) =>
      columns && block === root(100) ? { body: blobs[blob] ?? '' } : errorOf(404, 'not enough data columns'),
    )
    const { result } = await withReader(
      served,
      async (on) => {
        const before = await faultOf(readOn(on))
        columns = true
        return { before, after: await readOn(on) }
      },
      stage,
    )
    expect(result.before).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(Buffer.compare(result.after, data)).toBe(0)
  })
})

const timing = (path: string, spec: Record<string, string> | number): Reply | undefined => {
  if (path.includes('genesis')) return { type: 'application/json', body: '{"data":{"genesis_time":"600"}}' }
  if (!path.includes('config/spec')) return undefined
  return typeof spec === 'number'
    ? { status: spec }
    : { type: 'application/json', body: JSON.stringify({ data: spec }) }
}

describe('place', () => {
  const served =
    (wanted: string, spec: Record<string, string> | number = 404): Replies =>
    (block, blob, path) =>
      timing(path, spec) ??
      (path.includes('/headers/')
        ? { status: path.endsWith('/head') ? 200 : 404 }
        : block === wanted
          ? { body: blobs[blob]! }
          : { status: 404 })

  test('of a real L1 › is the beacon block that the next L1 block names, whatever its slot', async () => {
    const { result, blocks } = await read(served(root(100)), { slots: 'beacon', chain: { roots: true } })
    expect(Buffer.compare(result, data)).toBe(0)
    expect(blocks).toEqual([root(100), root(100)])
  })

  test.each([
    ['SECONDS_PER_SLOT', { SECONDS_PER_SLOT: '12' }, '50'],
    ['SLOT_DURATION_MS', { SLOT_DURATION_MS: '6000', SECONDS_PER_SLOT: '12' }, '100'],
  ])('while the next L1 block is not there › is the slot at its time, by %s', async (_what, spec, slot) => {
    const { result, blocks } = await read(served(slot, spec), { slots: 'beacon', chain: { roots: true, head: 100 } })
    expect(Buffer.compare(result, data)).toBe(0)
    expect(blocks).toEqual([slot, slot])
  })

  test('of a beacon node that counts slots, before an L1 without roots › is the slot, also where block numbers may be', async () => {
    const { result, blocks } = await read(served('50', { SECONDS_PER_SLOT: '12' }), { slots: 'block-number' })
    expect(Buffer.compare(result, data)).toBe(0)
    expect(blocks).toEqual(['50', '50'])
  })

  test('that nobody tells › is DA_UNAVAILABLE and names the setting, and no block number is taken for a slot', async () => {
    const { result, blocks } = await withReader(served('100'), (on) => faultOf(readOn(on)), { slots: 'beacon' })
    expect(result).toMatchObject({ code: 'DA_UNAVAILABLE', reason: expect.stringContaining('l1.slots') })
    expect(blocks).toEqual([])
  })

  test('before the first slot › is DA_POINTER_INVALID', async () => {
    const late = (path: string) => timing(path, { SECONDS_PER_SLOT: '12' })
    const reply: Replies = (_block, _blob, path) =>
      path.includes('genesis')
        ? { type: 'application/json', body: '{"data":{"genesis_time":"1201"}}' }
        : (late(path) ?? { status: 404 })
    expect(await faultAfter(reply, { slots: 'beacon' })).toMatchObject({ code: 'DA_POINTER_INVALID' })
  })

  test.each([
    ['later, farther than any slot beside it', 115],
    ['earlier', 97],
  ])('moved by a reorg to a block %s › is found by its hashes on the L1', async (_what, moved) => {
    const { result, blocks } = await read(served(String(moved)), { chain: { moved } })
    expect(Buffer.compare(result, data)).toBe(0)
    expect(blocks).toEqual(['100', String(moved), String(moved)])
  })

  test('moved by a reorg › is remembered', async () => {
    const { blocks } = await withReader(
      served('115'),
      async (on) => {
        await readOn(on)
        return readOn(on)
      },
      { chain: { moved: 115 } },
    )
    expect(blocks).toEqual(['100', '115', '115', '115', '115'])
  })

  test('beyond what is searched › is DA_MISSING, and only new blocks are searched again', async () => {
    const { result, looked } = await withReader(
      served('300'),
      async (on) => {
        const first = await faultOf(readOn(on))
        await faultOf(readOn(on))
        return first
      },
      { chain: { moved: 300, head: 400 }, scanBlocks: 20 },
    )
    expect(result).toMatchObject({ code: 'DA_MISSING' })
    // The pointer's own, 20 after it and 64 before; then its own once more.
    expect(looked).toHaveLength(1 + 20 + 64 + 1)
  })

  test('wrong data at the pointer’s and right data where the L1 has it › the right data is taken', async () => {
    const { result } = await read((block, blob) => (block === '100' ? { body: stranger } : { body: blobs[blob]! }), {
      chain: { moved: 103 },
    })
    expect(Buffer.compare(result, data)).toBe(0)
  })
})

describe('KZG', () => {
  test('the known commitment of the blob of zeros › is the point at infinity', async () => {
    const commitment = await kzg.commitment(new Uint8Array(131_072), patience())
    expect(Buffer.from(commitment!).toString('hex')).toBe(`c0${'00'.repeat(47)}`)
  })

  test('bytes that are no blob › are told from a failure', async () => {
    const tooHigh = new Uint8Array(131_072)
    tooHigh.set(Buffer.from('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001', 'hex'), 32)
    expect(await kzg.commitment(tooHigh, patience())).toBeUndefined()
    expect(await kzg.commitment(new Uint8Array(32), patience())).toBeUndefined()
    tooHigh[63] = 0
    expect(await kzg.commitment(tooHigh, patience())).toHaveLength(48)
  })

  test('while it computes › the event loop goes on', async () => {
    let ticks = 0
    const ticking = setInterval(() => ticks++, 5)
    const fresh = packBlobs(Uint8Array.of(9, 9, 9))[0]!
    const proofs = await kzg.cellProofs(fresh, patience())
    clearInterval(ticking)
    expect(proofs).toHaveLength(128 * 48)
    // On this thread there could have been no tick at all.
    expect(ticks).toBeGreaterThan(2)
  })

  test('queue › is bounded, aborted jobs leave it, and close ends all', async () => {
    const own = createKzg({ log: silentLog }, { precompute: false, maxQueued: 2 })
    const controller = new AbortController()
    const reason = new Error('given up')
    const running = faultOf(own.commitment(stranger, patience()))
    const aborted = own.commitment(stranger, controller.signal).catch((error: unknown) => error)
    const waiting = faultOf(own.commitment(stranger, patience()))
    expect(await faultOf(own.commitment(stranger, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    controller.abort(reason)
    expect(await aborted).toBe(reason)
    await own.close()
    expect(await running).toMatchObject({ code: 'DA_UNAVAILABLE', reason: 'the adapter is closed' })
    expect(await waiting).toMatchObject({ code: 'DA_UNAVAILABLE', reason: 'the adapter is closed' })
    expect(await faultOf(own.commitment(stranger, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })
})
