import type { BatchClaim, L2Position, SettlementEvent } from '@parley/protocol'
import { expect, test } from 'vitest'
import { ClaimsView } from '../src/observe/claims.ts'

const at = (blockNumber: bigint): L2Position => ({ blockNumber, blockHash: new Uint8Array(32) })

const claimed = (number: bigint, lastBlock: bigint, l2Block: bigint): SettlementEvent => ({
  kind: 'claim',
  at: at(l2Block),
  hash: new Uint8Array(32),
  claim: { number, lastHeader: { number: lastBlock } } as BatchClaim,
})

const final = (number: bigint, l2Block: bigint): SettlementEvent => ({
  kind: 'final',
  at: at(l2Block),
  number,
  hash: new Uint8Array(32),
})

function viewOf(...events: SettlementEvent[]): ClaimsView {
  const view = new ClaimsView()
  for (const event of events) view.apply(event)
  return view
}

test('claims › tell the last block claimed and final', () => {
  const view = viewOf(claimed(1n, 4n, 10n), claimed(2n, 9n, 11n), final(1n, 12n))
  expect([view.claimedBlock, view.finalBlock]).toEqual([9n, 4n])
  expect([viewOf().claimedBlock, viewOf().finalBlock]).toEqual([0n, 0n])
})

test('claims › a rollback voids what was told of later blocks, finality included', () => {
  const view = viewOf(claimed(1n, 4n, 10n), final(1n, 12n), claimed(2n, 9n, 13n), { kind: 'rollback', to: at(11n) })
  expect([view.claimedBlock, view.finalBlock]).toEqual([4n, 0n])
  view.apply(claimed(2n, 8n, 12n))
  expect(view.claimedBlock).toBe(8n)
})

test('claims › a removal leaves those up to the one standing', () => {
  const lineage = new Uint8Array(32)
  const view = viewOf(claimed(1n, 4n, 10n), claimed(2n, 9n, 11n), claimed(3n, 12n, 12n), {
    kind: 'removal',
    at: at(13n),
    standing: 1n,
    lineage,
  })
  expect(view.claimedBlock).toBe(4n)
})
