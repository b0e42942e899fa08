import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  BlockHeaderType,
  genesisHeader,
  type InboxItem,
  InboxItemType,
  itemsDue,
  millis,
  nextInboxHash,
  pricesAfter,
  type QueuedItem,
  StateType,
} from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { config, prices } from '../support/world.ts'

const item: InboxItem = { selector: 3, value: prices }
const queued = (...times: bigint[]): QueuedItem[] =>
  times.map((time, i) => ({ index: BigInt(i), item, time: millis(time), inboxHash: digestOf(`${i}`) }))

test.each([
  { why: 'an empty queue', times: [], now: 10n ** 15n, due: 0 },
  { why: 'a millisecond before its time', times: [500n], now: 10_499n, due: 0 },
  { why: 'at its time', times: [500n], now: 10_500n, due: 1 },
  { why: 'those whose time has come', times: [500n, 600n, 700n], now: 10_650n, due: 2 },
  { why: '64 at most', times: Array.from({ length: 70 }, () => 0n), now: 10_000n, due: 64 },
])('itemsDue › $why', ({ times, now, due }) => {
  expect(itemsDue(queued(...times), now, config.forceDelayMs)).toBe(due)
})

test('pricesAfter › stay without price items', () => {
  expect(pricesAfter(prices, [])).toBe(prices)
})

test('inbox hash › is the SHA-256 of what was before, the item’s root and the L2 block before', () => {
  const [previous, parent] = [digestOf('previous'), digestOf('parent')]
  const root = InboxItemType.hashTreeRoot(item)
  const expected = createHash('sha256').update(previous).update(root).update(parent).digest()
  expect(nextInboxHash(previous, item, parent)).toEqual(new Uint8Array(expected))
})

test('genesis header › stands for the state before the first block', () => {
  const state = StateType.defaultValue()
  Object.assign(state, { prices: config.genesis.prices, timestamp: config.genesis.timestamp })
  const header = genesisHeader(config)
  expect(header.stateRoot).toEqual(StateType.hashTreeRoot(state))
  expect(header).toMatchObject({ number: 0n, inboxCount: 0n, timestamp: config.genesis.timestamp, prices })
  expect(BlockHeaderType.hashTreeRoot(header)).toHaveLength(32)
})
