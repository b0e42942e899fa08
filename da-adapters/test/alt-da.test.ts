import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { daCompliance } from '@parley/protocol/compliance'
import { type Clock, systemClock } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeAltDaPointer, encodeAltDaPointer, keccakCommitment } from '../src/alt-da/pointer.ts'
import { type AltDaOptions, createAltDa } from '../src/index.ts'
import { sha256 } from '../src/sha256.ts'
import { altDaHarness, altDaTraits, maxBytes, retentionSeconds } from './support/alt-da-harness.ts'
import { faultOf } from './support/faults.ts'
import { scratchDirectory } from './support/scratch.ts'

const { signal } = new AbortController()
const data = Uint8Array.of(1, 2, 3, 4)

describe.each(['generic', 'keccak256'] as const)('alt-da, %s commitments', (commitments) => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>
  let harness: Awaited<ReturnType<typeof altDaHarness>>
  beforeAll(async () => {
    scratch = await scratchDirectory()
    harness = await altDaHarness(join(scratch.path, 'alt-da'), commitments)
  })
  afterAll(async () => {
    await harness.close()
    await scratch[Symbol.asyncDispose]()
  })
  for (const { name, run } of daCompliance(() => harness, altDaTraits)) test(name, run)
})

/** A server that answers as the listener does, and an adapter on it. */
async function against<T>(
  serve: RequestListener,
  use: (da: ReturnType<typeof createAltDa>) => Promise<T>,
  options: Partial<AltDaOptions> = {},
  clock: Clock = systemClock,
): Promise<T> {
  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const da = createAltDa(
    { store: new MemoryLevel<string, string>(), clock },
    { url, maxBytes, retentionSeconds, timeoutMs: 300, ...options },
  )
  try {
    return await use(da)
  } finally {
    await da.close()
    server.closeAllConnections()
    server.close()
  }
}

const answering =
  (status: number, body: Uint8Array | string = ''): RequestListener =>
  (request, response) => {
    request.resume().once('end', () => response.writeHead(status).end(body))
  }

const generic = Uint8Array.of(1, 0, 9, 9, 9)

describe('alt-da › publishing', () => {
  test('submit › the same bytes are one publication, also at the same time and across restarts', async () => {
    await using scratch = await scratchDirectory()
    const harness = await altDaHarness(scratch.path, 'generic')
    const da = await harness.open()
    const [a, b] = await Promise.all([da.submit(data, {}, signal), da.submit(data, {}, signal)])
    expect(a.pointer).toEqual(b.pointer)
    await da.close()
    const again = await harness.open()
    expect((await again.submit(data, {}, signal)).pointer).toEqual(a.pointer)
    expect(harness.proxy.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    await again.close()
    await harness.close()
  })

  test.each([
    ['raw', generic],
    ['in hexadecimal digits', '0x0100090909'],
  ])('submit › takes a commitment %s', async (_how, body) => {
    const { pointer } = await against(answering(200, body), (da) => da.submit(data, {}, signal))
    expect(decodeAltDaPointer(pointer, maxBytes)).toEqual({
      digest: Uint8Array.from(sha256(data)),
      length: 4,
      commitment: generic,
    })
  })

  test.each([
    ['429 as DA_UNAVAILABLE', answering(429), 'DA_UNAVAILABLE'],
    ['500 as DA_UNAVAILABLE', answering(500), 'DA_UNAVAILABLE'],
    ['400 as DA_REFUSED', answering(400), 'DA_REFUSED'],
    ['413 as DA_REFUSED', answering(413), 'DA_REFUSED'],
    ['an empty commitment as DA_REFUSED', answering(200), 'DA_REFUSED'],
    ['a commitment of an unknown kind as DA_REFUSED', answering(200, Uint8Array.of(7, 1)), 'DA_REFUSED'],
    ['a Keccak commitment that it did not compute as DA_REFUSED', answering(200, keccakCommitment(data)), 'DA_REFUSED'],
    ['a commitment above the bound as DA_REFUSED', answering(200, new Uint8Array(901).fill(1)), 'DA_REFUSED'],
    ['an endless commitment as DA_REFUSED', answering(200, new Uint8Array(100_000).fill(1)), 'DA_REFUSED'],
    ['no answer as DA_UNAVAILABLE', () => undefined, 'DA_UNAVAILABLE'],
  ] as const)('submit › takes %s', async (_what, serve, code) => {
    expect(await against(serve, (da) => faultOf(da.submit(data, {}, signal)))).toMatchObject({ code })
  })

  test.each(['', '0x', '0x07', 'nothing'])('submit › a damaged record %j is DA_REFUSED', async (record) => {
    const store = new MemoryLevel<string, string>()
    await store.put(bytesToHex(sha256(data)), record)
    const da = createAltDa({ store, clock: systemClock }, { url: 'http://127.0.0.1:1', retentionSeconds })
    expect(await faultOf(da.submit(data, {}, signal))).toMatchObject({ code: 'DA_REFUSED' })
  })

  test('submit › without a store is DA_REFUSED', async () => {
    const da = createAltDa({ clock: systemClock }, { url: 'http://127.0.0.1:1', retentionSeconds })
    expect(await faultOf(da.submit(data, {}, signal))).toMatchObject({ code: 'DA_REFUSED' })
  })
})

describe('alt-da', () => {
  test('an adapter whose store two processes may open › fails the suite', async () => {
    await using scratch = await scratchDirectory()
    const sound = await altDaHarness(join(scratch.path, 'alt-da'), 'generic')
    const shared = new MemoryLevel<string, string>()
    const { url } = sound.proxy
    const open = async () =>
      createAltDa({ store: shared, clock: systemClock }, { url, maxBytes, retentionSeconds, timeoutMs: 5_000 })
    const found = daCompliance(() => ({ ...sound, open }), altDaTraits).find(({ name }) => name.startsWith('store'))
    await expect(found?.run()).rejects.toThrow('a second adapter was opened on the store')
    await sound.close()
  })

  test('only 503', async () => {
    const codes: Record<number, unknown> = {}
    for (const status of [400, 404, 408, 413, 429, 500, 501, 502, 503, 504]) {
      const fault = await against(answering(status, 'no'), (da) => faultOf(da.submit(data, {}, signal)))
      codes[status] = (fault as { code?: string }).code
    }
    const fallingBack = Object.entries(codes).filter(([, code]) => code === 'DA_FALL_BACK')
    expect(fallingBack).toEqual([['503', 'DA_FALL_BACK']])
  })

  test('honours retry-after', async () => {
    const clock = new ManualClock()
    let asked = 0
    const busyOnce: RequestListener = (request, response) => {
      asked += 1
      const [status, headers] = asked === 1 ? [429, { 'retry-after': '7' }] : [200, {}]
      request.resume().once('end', () => response.writeHead(status, headers).end(generic))
    }
    await against(
      busyOnce,
      async (da) => {
        const { pointer } = await against(answering(200, generic), (other) => other.submit(data, {}, signal))
        expect(await faultOf(da.submit(data, {}, signal))).toMatchObject({ code: 'DA_UNAVAILABLE' })
        clock.advance(6_999)
        // Neither publishing nor reading asks it again before.
        for (const call of [da.submit(data, {}, signal), da.retrieve(pointer, signal), da.status(pointer, signal)])
          expect(await faultOf(call)).toMatchObject({
            code: 'DA_UNAVAILABLE',
            reason: expect.stringMatching(/asked for a pause of 1 ms/),
          })
        expect(asked).toBe(1)
        clock.advance(1)
        expect((await da.submit(data, {}, signal)).pointer).toEqual(pointer)
        expect(asked).toBe(2)
      },
      {},
      clock,
    )
  })
})

describe('alt-da › reading', () => {
  const pointer = encodeAltDaPointer({ digest: sha256(data), length: data.length, commitment: generic })
  const of = (commitment: Uint8Array): Uint8Array => encodeAltDaPointer({ digest: sha256(data), length: 4, commitment })

  test.each([
    ['404', 'DA_MISSING', answering(404)],
    ['418', 'DA_CORRUPT', answering(418, '{"StatusCode":3}')],
    ['429', 'DA_UNAVAILABLE', answering(429)],
    ['500', 'DA_UNAVAILABLE', answering(500)],
    ['another byte', 'DA_CORRUPT', answering(200, Uint8Array.of(1, 2, 3, 5))],
    ['a byte too few', 'DA_CORRUPT', answering(200, Uint8Array.of(1, 2, 3))],
    ['a byte too many', 'DA_CORRUPT', answering(200, Uint8Array.of(1, 2, 3, 4, 5))],
    ['no answer', 'DA_UNAVAILABLE', () => undefined],
  ] as const)('retrieve › %s is %s', async (_what, code, serve) => {
    expect(await against(serve, (da) => faultOf(da.retrieve(pointer, signal)))).toMatchObject({ code })
  })

  test('status › reads the head of an answer and no body', async () => {
    let sent = 0
    const endless: RequestListener = (_request, response) => {
      const pour = () => {
        while (sent < 1e9 && response.write(Buffer.alloc(65_536))) sent += 65_536
        response.once('drain', pour)
      }
      pour()
    }
    expect(await against(endless, (da) => da.status(pointer, signal))).toBe('included')
    expect(sent).toBeLessThan(50_000_000)
  })

  test('pointer › comes back as it was written, whatever its commitment', () => {
    const commitments = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 899 }).map((rest) => Uint8Array.from([1, ...rest])),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((rest) => Uint8Array.from([0, ...rest])),
    )
    const pointers = fc.record({
      digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      length: fc.integer({ min: 1, max: maxBytes }),
      commitment: commitments,
    })
    fc.assert(
      fc.property(pointers, (named) => {
        const decoded = decodeAltDaPointer(encodeAltDaPointer(named), maxBytes)
        expect(decoded).toEqual({ ...named, digest: Uint8Array.from(named.digest) })
      }),
    )
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['another version', Uint8Array.from([2, ...pointer.subarray(1)])],
    ['no commitment', pointer.slice(0, 39)],
    ['one byte more than it says', Uint8Array.from([...pointer, 0])],
    ['a commitment of one byte', of(Uint8Array.of(1))],
    ['a commitment of an unknown kind', of(Uint8Array.of(2, 1))],
    ['a short Keccak commitment', of(Uint8Array.of(0, 1))],
    ['a commitment of 901 bytes', of(new Uint8Array(901).fill(1))],
    ['no length', encodeAltDaPointer({ digest: sha256(data), length: 0, commitment: generic })],
    [
      'a length above the bound',
      encodeAltDaPointer({ digest: sha256(data), length: maxBytes + 1, commitment: generic }),
    ],
  ])('pointer › %s is DA_POINTER_INVALID', async (_what, spoilt) => {
    const da = createAltDa({ clock: systemClock }, { url: 'http://127.0.0.1:1', maxBytes, retentionSeconds })
    expect(await faultOf(da.retrieve(spoilt, signal))).toMatchObject({ code: 'DA_POINTER_INVALID' })
  })

  test('pointer › with any bit changed finds no other bytes', async () => {
    await using scratch = await scratchDirectory()
    const harness = await altDaHarness(scratch.path, 'generic')
    const da = await harness.open()
    const { pointer: right } = await da.submit(data, {}, signal)
    await da.submit(Uint8Array.of(4, 3, 2, 1), {}, signal)
    for (let bit = 0; bit < right.length * 8; bit += 1) {
      const spoilt = right.slice()
      spoilt[bit >> 3]! ^= 1 << (bit & 7)
      const { code } = (await faultOf(da.retrieve(spoilt, signal))) as { code: string }
      expect(['DA_POINTER_INVALID', 'DA_MISSING', 'DA_CORRUPT']).toContain(code)
    }
    await da.close()
    await harness.close()
  })
})
