import type { RescuedRun } from '@parley/protocol'
import { expect, test } from 'vitest'
import { NodeError } from '../src/faults.ts'
import { readRescue } from '../src/l2/read-rescue.ts'
import { rescueOf, waiting } from './support/rescues.ts'

type Item = RescuedRun['items'][number]

const rig = waiting()
const { made, events } = rescueOf(rig, rig.chain.build([], 2))
const told: readonly RescuedRun[] = events.flatMap((event) => (event.kind === 'rescue' ? event.runs : []))
const [first, second] = told as [RescuedRun, RescuedRun]
const [item] = first.items as [Item]

const flipped = (root: Uint8Array, bit: number): Uint8Array =>
  root.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
const times = <Value>(value: Value, count: number): Value[] => Array.from({ length: count }, () => value)
const withItem = (change: Partial<Item>): RescuedRun[] => [{ ...first, items: [{ ...item, ...change }] }, second]
const withItems = (items: readonly Item[]): RescuedRun[] => [{ ...first, items }, second]

test('a rescue › that the L2 reports as it was made is read', () => {
  expect(told).toHaveLength(2)
  expect(readRescue(made.claim, told).header).toEqual(made.claim.lastHeader)
})

/** Whatever the types of the event allow: its contract takes less, and an RPC may say anything. */
const mutated: readonly (readonly [what: string, runs: readonly RescuedRun[]])[] = [
  ...[0, 63, 64, 255].map((shard) => [`shard ${shard}`, [{ ...first, shard }, second]] as const),
  ...[0n, 7n, 2n ** 64n - 1n].map((index) => [`item ${index}`, withItem({ item: index })] as const),
  ...[0, 100, 255].flatMap((bit) => [
    [`bit ${bit} of a root before`, withItem({ preRoot: flipped(item.preRoot, bit) })] as const,
    [`bit ${bit} of a root after`, withItem({ postRoot: flipped(item.postRoot, bit) })] as const,
  ]),
  ...[0, 2, 65, 1_024, 1_025, 5_000].map(
    (count) => [`${count} items in a run`, withItems(times(item, count))] as const,
  ),
  ...[1, 62, 63, 300].map((count) => [`${count} more runs`, [...told, ...times(second, count)]] as const),
  ['runs in another order', told.toReversed()],
  ['one run fewer', told.slice(1)],
  ['no runs', []],
]

test.each(mutated)('a rescue › that the L2 reports with %s is a coded fault, to be asked for again', (_what, runs) => {
  let thrown: unknown
  try {
    readRescue(made.claim, runs)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(NodeError)
  expect(['RESCUE_MISMATCH', 'RESCUE_UNREADABLE']).toContain((thrown as NodeError).fault.code)
  expect((thrown as NodeError).meaning.retry).toBe('later')
})
