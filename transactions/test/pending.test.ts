import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { decodePending, encodePending, type PendingTransaction } from '../src/pending.ts'
import { createPendingStore, type TextStore } from '../src/pending-store.ts'

const pending: PendingTransaction = {
  key: 'claim:1',
  nonce: 7,
  call: { to: '0x00000000000000000000000000000000000000aa', data: '0x01', value: 2n ** 70n },
  gas: 21_000n,
  attempts: [{ hash: '0x02', raw: '0x03', signedAt: 4, cancels: false, maxFeePerGas: 5n, maxPriorityFeePerGas: 6n }],
}
const json = JSON.parse(encodePending(pending))

describe('pending store', () => {
  test('a chain that was reset › has its id and none of its transactions', async () => {
    const store: TextStore = new MemoryLevel()
    const account = '0x00000000000000000000000000000000000000bb'
    const first = createPendingStore(store, { chainId: 901, genesis: `0x${'01'.repeat(32)}` }, account)
    await first.put(pending)
    const second = createPendingStore(store, { chainId: 901, genesis: `0x${'02'.repeat(32)}` }, account)
    expect(await second.load()).toEqual([])
    expect(await first.load()).toEqual([pending])
  })
})

describe('pending', () => {
  test('pending › comes back as it was, contract creations too', () => {
    expect(decodePending('k', encodePending(pending))).toEqual(pending)
    const creation = { ...pending, call: { ...pending.call, to: undefined } }
    expect(decodePending('k', encodePending(creation))).toEqual(creation)
  })

  test.each([
    ['no JSON', '{'],
    ['a nonce below 0', JSON.stringify({ ...json, nonce: -1 })],
    ['gas that is a number', JSON.stringify({ ...json, gas: 1 })],
    ['no attempt', JSON.stringify({ ...json, attempts: [] })],
    ['an attempt without hash', JSON.stringify({ ...json, attempts: [{ ...json.attempts[0], hash: undefined }] })],
    ['a value below 0', JSON.stringify({ ...json, call: { ...json.call, value: '-1' } })],
    ['an address cut short', JSON.stringify({ ...json, call: { ...json.call, to: '0xaa' } })],
    ['null', 'null'],
  ])('pending › %s is refused', (_, text) => {
    expect(() => decodePending('k', text)).toThrow('RECORD_INVALID')
  })
})
