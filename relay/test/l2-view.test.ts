import { type BatchClaim, type BlockHeader, BlockHeaderType, millis, type SettlementEvent } from '@parley/protocol'
import { Pulse } from '@parley/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { L2View } from '../src/follow/l2-view.ts'

let stopping: AbortController
beforeEach(() => {
  stopping = new AbortController()
})
afterEach(() => stopping.abort())

const at = { blockNumber: 1n, blockHash: new Uint8Array(32) }
const headerOf = (number: bigint, time = number): BlockHeader => ({
  ...BlockHeaderType.defaultValue(),
  number,
  timestamp: millis(time),
})
const claimOf = (number: bigint, lastHeader: BlockHeader): SettlementEvent => ({
  kind: 'claim',
  at,
  hash: new Uint8Array(32),
  claim: { number, lastHeader } as BatchClaim,
})
const rescueOf = (number: bigint): SettlementEvent => ({
  kind: 'rescue',
  at,
  number,
  hash: new Uint8Array(32),
  runs: [],
})

/** A view that is shown page after page. */
function viewed() {
  const view = new L2View(0n, new Uint8Array(32))
  const pages: SettlementEvent[][] = []
  const moved = new Pulse()
  const follow = async function* (_: unknown, __: unknown, signal: AbortSignal) {
    for (let shown = 0; !signal.aborted; ) {
      const next = moved.next()
      for (; shown < pages.length; shown += 1)
        yield { events: pages[shown] as SettlementEvent[], cursor: at, time: millis(0n), caughtUp: true }
      await Promise.race([next, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    }
  }
  void view.follow({ follow }, stopping.signal)
  return {
    view,
    show: (...events: SettlementEvent[]) => {
      pages.push(events)
      moved.beat()
    },
  }
}

test('rescued › is a header that a rescue claimed, and none that others claimed or that has another root', async () => {
  const { view, show } = viewed()
  const isRescued = (header: BlockHeader) => view.isRescued(header, stopping.signal)
  const early = isRescued(headerOf(2n))
  show(claimOf(1n, headerOf(1n)))
  show(claimOf(2n, headerOf(2n)), rescueOf(2n))
  expect(await early).toBe(true)
  expect(await isRescued(headerOf(1n))).toBe(false)
  expect(await isRescued(headerOf(2n, 77n))).toBe(false)
})

test('rescued › stays unknown until claims have come to its number, or the relay stops', async () => {
  const { view, show } = viewed()
  show(claimOf(1n, headerOf(1n)))
  const waiting = view.isRescued(headerOf(9n), stopping.signal)
  stopping.abort(new Error('the relay stops'))
  await expect(waiting).rejects.toThrow('the relay stops')
})
