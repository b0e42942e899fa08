import type { L2Position, SettlementEvent, SettlementPage } from '@parley/protocol'
import { millis } from '@parley/protocol'
import { expect, test } from 'vitest'
import { LineageRecord } from '../src/record/lineage-record.ts'
import { bytes32, memory } from './support.ts'

const genesis = bytes32(1)
const second = bytes32(2)
const at = (block: number, fork = 0): L2Position => ({
  blockNumber: BigInt(block),
  blockHash: bytes32(100 + block + 50 * fork),
})
const removal = (lineage: Uint8Array, place: L2Position): SettlementEvent => ({
  kind: 'removal',
  at: place,
  standing: 0n,
  lineage,
})
const rollback = (to: L2Position): SettlementEvent => ({ kind: 'rollback', to })
const page = (cursor: L2Position, ...events: readonly SettlementEvent[]): SettlementPage => ({
  events,
  cursor,
  time: millis(0n),
  caughtUp: true,
})

async function after(...pages: readonly SettlementPage[]) {
  const db = memory()
  const record = await LineageRecord.open(db, genesis)
  for (const each of pages) await record.apply(each)
  // What counts is what is left after a restart.
  return LineageRecord.open(db, genesis)
}

test('lineages › the first is known, another one only once the L2 has told of it', async () => {
  const unread = await after()
  expect(() => unread.assertOpen(genesis)).not.toThrow()
  expect(() => unread.assertOpen(second)).toThrow('LINEAGE_UNKNOWN')
  const read = await after(page(at(5), removal(second, at(4))))
  expect(() => read.assertOpen(second)).not.toThrow()
  expect(read.cursor).toEqual(at(5))
})

test('lineages › one that the L2 took back is closed for good, though it be told again elsewhere', async () => {
  const gone = await after(page(at(5), removal(second, at(4))), page(at(5, 1), rollback(at(3))))
  expect(() => gone.assertOpen(second)).toThrow('LINEAGE_CLOSED')
  expect(gone.closed).toBe(1)
  const again = await after(
    page(at(5), removal(second, at(4))),
    page(at(5, 1), rollback(at(3))),
    page(at(7, 1), removal(second, at(6, 1))),
  )
  expect(() => again.assertOpen(second)).toThrow('LINEAGE_CLOSED')
  const moved = await after(
    page(at(5), removal(second, at(4))),
    page(at(5, 1), rollback(at(3)), removal(second, at(5, 1))),
  )
  expect(() => moved.assertOpen(second)).toThrow('LINEAGE_CLOSED')
})

test('lineages › one that is told again at the same block was never taken back', async () => {
  const told = await after(page(at(5), removal(second, at(4))), page(at(5), rollback(at(3)), removal(second, at(4))))
  expect(() => told.assertOpen(second)).not.toThrow()
})

test('lineages › in between nothing is signed, and nothing closed', async () => {
  const doubted = await after(page(at(5), removal(second, at(4))), { ...page(at(3), rollback(at(3))), caughtUp: false })
  expect(() => doubted.assertOpen(second)).toThrow('LINEAGE_UNKNOWN')
  expect(doubted.closed).toBe(0)
})
