import { expect, test } from 'vitest'
import {
  firstSchedule,
  knownRules,
  mayShareBatch,
  type RulesVersion,
  rulesAt,
  type SequencerKey,
  sequencerAt,
  unknownRules,
} from '../src/index.ts'

const address = (byte: number): Uint8Array => new Uint8Array(20).fill(byte)
const fees = { minPrice: 10n, target: 500n, fraction: 4000n }
const first = firstSchedule(address(1), fees)
const [firstRules] = first.rules as [RulesVersion]
const key = (from: bigint, byte: number): SequencerKey => ({
  from,
  key: address(byte),
  receiptKey: address(0),
  bondOwner: address(byte + 100),
})
const version = (from: bigint, changes: Partial<RulesVersion> = {}): RulesVersion => ({
  ...firstRules,
  from,
  ...changes,
})
const schedule = { keys: [...first.keys, key(25n, 2)], rules: [firstRules, version(10_000n)] }

test('sequencerAt › a key counts from its block on', () => {
  expect(sequencerAt(schedule.keys, 24n).key).toEqual(address(1))
  expect(sequencerAt(schedule.keys, 25n).key).toEqual(address(2))
})

test('rulesAt › a version counts from its millisecond on', () => {
  expect(rulesAt(schedule.rules, 9_999n).from).toBe(0n)
  expect(rulesAt(schedule.rules, 10_000n).from).toBe(10_000n)
})

test('unknownRules › another number or other fees are unknown, another committee is not', () => {
  expect(unknownRules([firstRules, version(5n, { dataCommittee: address(9) })], fees)).toBeUndefined()
  const other = version(6n, { number: knownRules + 1 })
  expect(unknownRules([firstRules, version(5n), other], fees)).toBe(other)
  const dearer = version(7n, { fees: { ...fees, minPrice: 11n } })
  expect(unknownRules([firstRules, dearer, other], fees)).toBe(dearer)
})

test('mayShareBatch › a batch ends before another key’s first block', () => {
  const parent = { timestamp: 0n }
  const may = (from: bigint, to: bigint) =>
    mayShareBatch(schedule, parent, { number: from }, { number: to, timestamp: 1_000n })
  expect(may(1n, 24n)).toBe(true)
  expect(may(24n, 25n)).toBe(false)
  expect(may(25n, 26n)).toBe(true)
})

test('mayShareBatch › where rules change between the parent and a block, that block is a batch of its own', () => {
  const may = (parent: bigint, from: bigint, next: { number: bigint; timestamp: bigint }) =>
    mayShareBatch(schedule, { timestamp: parent }, { number: from }, next)
  expect(may(9_000n, 1n, { number: 2n, timestamp: 9_999n })).toBe(true)
  expect(may(9_000n, 1n, { number: 2n, timestamp: 10_000n })).toBe(false)
  expect(may(9_999n, 1n, { number: 1n, timestamp: 10_250n })).toBe(true)
  expect(may(9_999n, 1n, { number: 2n, timestamp: 10_500n })).toBe(false)
  expect(may(10_000n, 1n, { number: 2n, timestamp: 10_500n })).toBe(true)
})
