import type { RescuedRun } from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { hashed, type PlainEvent, type TestClaim } from './l2.ts'
import { Rig } from './rig.ts'

const nothing = { layer: 0, pointer: new Uint8Array(0) }

/** A chain of two right claims, whose data is lost from the third on, and with an item that nobody consumed. */
export function waiting(): Rig {
  const rig = new Rig()
  rig.prepare()
  rig.l2.mine(...[3, 40].map((shard) => ({ kind: 'item', queued: rig.chain.deposit(shard) }) as const))
  return rig
}

const runsOf = ({ block }: BuiltBlock): RescuedRun[] =>
  block.runs.map(({ shard, segments }) => ({
    shard,
    items: segments.map(({ preRoot, body, postRoot }) => ({ preRoot, item: body.value as bigint, postRoot })),
  }))

/** The claim that a rescue makes of a block, and its events. */
export function rescueOf(
  rig: Rig,
  built: BuiltBlock,
): { readonly made: TestClaim; readonly events: readonly PlainEvent[] } {
  const { claim } = rig.publish(built)
  const made = hashed({ ...claim, core: nothing, witness: nothing })
  rig.claims[rig.claims.length - 1] = made
  const { number } = made.claim
  return {
    made,
    events: [
      { kind: 'claim', ...made },
      { kind: 'rescue', number, hash: made.hash, runs: runsOf(built) },
    ],
  }
}
