import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { decodePublication, encodePublication, type Publication } from '../src/ethereum-blobs/publication.ts'
import { createPublicationStore } from '../src/ethereum-blobs/publication-store.ts'
import { faultOf } from './support/faults.ts'

const publication = (key: string, nonce: number, timestamp?: bigint): Publication => ({
  key,
  versionedHashes: [`0x01${'ab'.repeat(31)}`],
  nonce,
  attempts: [
    {
      hash: '0x12',
      raw: '0x03',
      signedAt: 4,
      cancels: false,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 2n,
      maxFeePerBlobGas: 3n,
    },
  ],
  inclusion:
    timestamp === undefined
      ? undefined
      : { hash: '0x12', blockNumber: 5n, blockHash: '0x34', timestamp, costWei: 10n ** 20n },
})
const payload = { data: Uint8Array.of(1), commitments: new Uint8Array(48), cellProofs: new Uint8Array(6_144) }

describe('publication store', () => {
  test('text › gives back what went in, and refuses other versions and shapes', () => {
    const one = publication('aa', 7, 1_000n)
    expect(decodePublication('aa', encodePublication(one))).toEqual(one)
    const pending = publication('bb', 8)
    expect(decodePublication('bb', encodePublication(pending))).toEqual(pending)
    expect(() => decodePublication('aa', '{"version":1}')).toThrow(TypeError)
    expect(() => decodePublication('aa', encodePublication(one).replace('"nonce":7', '"nonce":-7'))).toThrow(TypeError)
    expect(() => decodePublication('aa', encodePublication(one).replace('0x34', 'x34'))).toThrow(TypeError)
    expect(() => decodePublication('aa', encodePublication(one).replace('"version":2', '"version":1'))).toThrow(
      'version is 1',
    )
    expect(() => decodePublication('aa', encodePublication(one).replace('maxFeePerBlobGas', 'other'))).toThrow(
      'maxFeePerBlobGas',
    )
  })

  test('unsettled › are given in the order of their nonces; settled ones keep their pointer and lose their bytes', async () => {
    const store = createPublicationStore(new MemoryLevel())
    await store.add(publication('cc', 10), payload)
    await store.add(publication('bb', 9), payload)
    expect((await store.unsettled()).map(({ nonce }) => nonce)).toEqual([9, 10])
    expect(await store.nextNonce()).toBe(11)
    await store.settle(publication('bb', 9, 1_000n))
    expect((await store.unsettled()).map(({ key }) => key)).toEqual(['cc'])
    expect((await store.load('bb'))?.inclusion?.blockNumber).toBe(5n)
    expect(await faultOf(store.payload('bb'))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(await store.nextNonce()).toBe(11)
  })

  test('prune › forgets the oldest settled, a few at a time, and nothing published anew', async () => {
    const store = createPublicationStore(new MemoryLevel())
    for (const [key, timestamp] of [
      ['a0', 100n],
      ['a1', 200n],
      ['a2', 300n],
      ['a3', 400n],
    ] as const) {
      await store.add(publication(key, 0), payload)
      await store.settle(publication(key, 0, timestamp))
    }
    await store.add(publication('a1', 5), payload)
    await store.prune(350n, 2)
    expect(await store.load('a0')).toBeUndefined()
    expect((await store.load('a1'))?.nonce).toBe(5)
    expect(await store.load('a2')).toBeDefined()
    await store.prune(350n, 2)
    expect(await store.load('a2')).toBeUndefined()
    expect(await store.load('a3')).toBeDefined()
  })

  test('a new key over an old store › is DA_REFUSED, for the operator to mend, and says how', async () => {
    const level = new MemoryLevel()
    await createPublicationStore(level).bind('chain 1 and account 0xaa')
    await createPublicationStore(level).bind('chain 1 and account 0xaa')
    const rotated = createPublicationStore(level).bind('chain 1 and account 0xbb')
    await expect(rotated).rejects.toMatchObject({
      fault: { code: 'DA_REFUSED', reason: expect.stringContaining('empty data directory') },
      meaning: { blame: 'operator', retry: 'changed' },
    })
  })

  test('a closed store › is DA_UNAVAILABLE with its cause', async () => {
    const level = new MemoryLevel()
    await level.open()
    const store = createPublicationStore(level)
    await level.close()
    expect(await faultOf(store.load('aa'))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(await faultOf(store.add(publication('aa', 0), payload))).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(await faultOf(store.unsettled())).toMatchObject({ code: 'DA_UNAVAILABLE' })
  })
})
