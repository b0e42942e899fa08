import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Beacon, createBeacon } from '../src/ethereum-blobs/beacon.ts'
import { type BlobReaderOptions, createBlobReader } from '../src/ethereum-blobs/blob-reader.ts'
import { packBlobs, usableBytesPerBlob } from '../src/ethereum-blobs/packing.ts'
import { encodeBlobPointer } from '../src/ethereum-blobs/pointer.ts'
import { versionedHash } from '../src/ethereum-blobs/versioned-hash.ts'
import { createKzg, type Kzg } from '../src/index.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'

const patience = () => AbortSignal.timeout(25_000)
const data = Uint8Array.from({ length: usableBytesPerBlob + 10 }, (_, i) => i & 0xff)
const blobs = packBlobs(data)
const stranger = packBlobs(Uint8Array.of(1))[0]!

let kzg: Kzg
let hashes: Uint8Array[]
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  hashes = await Promise.all(
    blobs.map(async (blob) => versionedHash((await kzg.commitment(blob, AbortSignal.timeout(50_000)))!)),
  )
})
afterAll(() => kzg?.close())

const pointer = () => encodeBlobPointer({ blockNumber: 100n, timestamp: 1_200n, versionedHashes: hashes })
const hashIn = (path: string) => hashes.findIndex((hash) => path.includes(Buffer.from(hash).toString('hex')))

interface Reply {
  readonly status?: number
  readonly type?: string
  readonly body?: Uint8Array | string
}

/** A beacon node that answers as told; gives what `use` gives and the paths that were asked. */
async function withBeacon<T>(
  reply: (slot: number, blob: number, path: string) => Reply,
  use: (beacon: Beacon) => Promise<T>,
): Promise<{ result: T; slots: number[] }> {
  const slots: number[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const slot = Number(/blobs\/(\d+)/.exec(path)?.[1] ?? -1)
    if (slot >= 0) slots.push(slot)
    const { status = 200, type = 'application/octet-stream', body = '' } = reply(slot, hashIn(path), path)
    response.writeHead(status, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { result: await use(createBeacon({ url, timeoutMs: 5_000 })), slots }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function read(reply: Parameters<typeof withBeacon>[0], options: Partial<BlobReaderOptions> = {}) {
  const place = { secondsPerSlot: undefined, searchSlots: 2, ...options }
  return withBeacon(reply, (beacon) => createBlobReader(beacon, kzg, place).read(pointer(), patience()))
}

const codeAfter = async (reply: Parameters<typeof withBeacon>[0]) =>
  (
    await withBeacon(reply, (beacon) => {
      const reader = createBlobReader(beacon, kzg, { secondsPerSlot: undefined, searchSlots: 2 })
      return faultOf(reader.read(pointer(), patience()))
    })
  ).result

const here = (slot: number, blob: number): Reply => (slot === 100 ? { body: blobs[blob] ?? '' } : { status: 404 })
const json = (...served: Uint8Array[]): Reply => ({
  type: 'application/json; charset=utf-8',
  body: JSON.stringify({ finalized: false, data: served.map((blob) => `0x${Buffer.from(blob).toString('hex')}`) }),
})

describe('beacon answers', () => {
  test('octets › are read', async () => {
    const { result, slots } = await read(here)
    expect(Buffer.compare(result, data)).toBe(0)
    expect(slots).toEqual([100, 100])
  })

  test('JSON › is read', async () => {
    const { result } = await read((slot, blob) => (slot === 100 ? json(blobs[blob]!) : { status: 404 }))
    expect(Buffer.compare(result, data)).toBe(0)
  })

  test('other blobs beside the right one › do no harm', async () => {
    const { result } = await read((slot, blob) =>
      slot === 100 ? json(stranger, stranger, blobs[blob]!, blobs[blob]!) : { status: 404 },
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
    ['too many blobs', () => json(...Array.from({ length: 17 }, () => stranger))],
  ])('%s › is DA_CORRUPT', async (_what, reply) => {
    expect(await codeAfter((slot) => (slot === 100 ? reply() : { status: 404 }))).toMatchObject({ code: 'DA_CORRUPT' })
  })

  test('an error of the node › is DA_UNAVAILABLE, never missing', async () => {
    expect(await codeAfter(() => ({ status: 500 }))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(await codeAfter(() => ({ status: 429 }))).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })

  test('only some of the blobs › is DA_MISSING', async () => {
    expect(await codeAfter((slot, blob) => (blob === 0 ? here(slot, blob) : { body: '' }))).toMatchObject({
      code: 'DA_MISSING',
    })
  })
})

describe('place', () => {
  test('moved by a reorg › is found within reach, nearest first', async () => {
    const { result, slots } = await read((slot, blob) => (slot === 98 ? { body: blobs[blob]! } : { status: 404 }))
    expect(Buffer.compare(result, data)).toBe(0)
    expect(slots).toEqual([100, 101, 99, 102, 98, 98])
  })

  test('beyond reach › is DA_MISSING', async () => {
    expect(await codeAfter((slot, blob) => (slot === 97 ? { body: blobs[blob]! } : { status: 404 }))).toMatchObject({
      code: 'DA_MISSING',
    })
  })

  test('wrong data at the place and right data beside it › the right data is taken', async () => {
    const { result } = await read((slot, blob) => (slot === 100 ? { body: stranger } : { body: blobs[blob]! }))
    expect(Buffer.compare(result, data)).toBe(0)
  })

  test('with slots of 12 seconds › follows from the block’s time', async () => {
    const genesis: Reply = { type: 'application/json', body: '{"data":{"genesis_time":"600"}}' }
    const { result, slots } = await read(
      (slot, blob, path) =>
        path.includes('genesis') ? genesis : slot === 50 ? { body: blobs[blob]! } : { status: 404 },
      { secondsPerSlot: 12 },
    )
    expect(Buffer.compare(result, data)).toBe(0)
    expect(slots).toEqual([50, 50])
  })

  test('before the first slot › is DA_POINTER_INVALID', async () => {
    const genesis: Reply = { type: 'application/json', body: '{"data":{"genesis_time":"1201"}}' }
    const { result } = await withBeacon(
      () => genesis,
      (beacon) =>
        faultOf(createBlobReader(beacon, kzg, { secondsPerSlot: 12, searchSlots: 2 }).read(pointer(), patience())),
    )
    expect(result).toMatchObject({ code: 'DA_POINTER_INVALID' })
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
