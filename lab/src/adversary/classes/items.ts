import type { Account, Shard } from '@parley/protocol'
import { complete, type DraftSegment } from '../forger/draft.ts'
import { findItem, type Scene } from '../forger/scene.ts'
import { type BlockLie, gasOf } from './class.ts'

/** An item is executed otherwise than it says. */
const executed = (
  name: string,
  which: Parameters<typeof findItem>[1],
  otherwise: (shard: Shard, account: Account, untouched: Shard) => void,
): BlockLie => ({
  name,
  ending: 'operation',
  fault: 'POST_ROOT',
  gas: gasOf.operation,
  needs: ['items'],
  forge(scene: Scene) {
    const segment: DraftSegment = findItem(scene, which).segment
    segment.after = (shard, untouched) =>
      otherwise(shard, shard.accounts[scene.cast.accounts.cyd] as Account, untouched)
    return complete(scene.ground, scene.blocks)
  },
})

export const itemLies: readonly BlockLie[] = [
  executed('deposit-doubled', 'deposit', (_, account) => {
    account.balance += 1_000_000n
  }),
  executed('deposit-dropped', 'deposit', (shard, _, untouched) => {
    Object.assign(shard, untouched)
  }),
  executed('forced-skipped-though-valid', 'exit', (shard, _, untouched) => {
    Object.assign(shard, untouched)
  }),
  executed('forced-applied-though-invalid', 'invalid', (_, account) => {
    account.nonce += 1n
    account.balance -= 7n
    account.withdrawn += 7n
  }),
  executed('forced-exit-charged', 'exit', (shard, account) => {
    account.balance -= 1_000n
    shard.revenue += 1_000n
  }),
]
