import { limits, type StateOfRoots } from '@parley/protocol'
import { complete, type DraftBlock } from '../forger/draft.ts'
import { findPrices, type Scene } from '../forger/scene.ts'
import { type BlockLie, gasOf, type Need } from './class.ts'

/** A header's state root is made of something else than what its block leads to. */
const madeOf = (
  name: string,
  tell: (rest: StateOfRoots, before: readonly Uint8Array[], scene: Scene) => void,
  block: (scene: Scene) => DraftBlock = ({ blocks }) => blocks.find(({ runs }) => runs.length > 0) as DraftBlock,
  needs: readonly Need[] = [],
): BlockLie => ({
  name,
  ending: 'stateRoot',
  fault: 'STATE_ROOT',
  gas: gasOf.stateRoot,
  needs,
  forge(scene) {
    block(scene).state = (rest, before) => tell(rest, before, scene)
    return complete(scene.ground, scene.blocks)
  },
})

export const stateLies: readonly BlockLie[] = [
  madeOf('state-root', ({ shards }) => {
    shards[limits.shards - 1] = new Uint8Array(32).fill(7)
  }),
  madeOf('shard-left-out-of-state', ({ shards }, before, { cast }) => {
    shards[cast.shard] = before[cast.shard] as Uint8Array
  }),
  madeOf(
    'prices-not-taken',
    (rest, _, { ground }) => {
      rest.prices = ground.state.prices
    },
    findPrices,
    ['prices'],
  ),
  madeOf('inbox-count-in-state', (rest) => {
    rest.inboxCount += 1n
  }),
]
