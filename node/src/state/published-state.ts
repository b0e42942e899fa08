import type { StateView } from '@parley/execution'
import { StateNodes } from '@parley/protocol'
import { stateOfRoots, type VerifiedState } from '../store/chain-records.ts'

/** A verified state that is read: all of it at once, for the view goes on with the next block. */
export class PublishedState {
  readonly state: VerifiedState
  readonly view: StateView
  /** Claim that ends here; undefined while the block's claim is being verified. */
  readonly claim: bigint | undefined
  /** Names the state and its claim, in hex: 128 bits of the root. */
  readonly tag: string
  private made: StateNodes | undefined

  /** @throws {TypeError} when the view has another state: nothing false may be proven. */
  constructor(state: VerifiedState, view: StateView, claim: bigint | undefined) {
    const differs = view.shardRoots.findIndex((root, shard) => Buffer.compare(root, state.shardRoots[shard]!) !== 0)
    if (differs !== -1) throw new TypeError(`the view of shard ${differs} is not block ${state.header.number}'s`)
    this.state = state
    this.view = view
    this.claim = claim
    this.tag = `${Buffer.from(state.header.stateRoot.subarray(0, 16)).toString('hex')}-${claim ?? ''}`
  }

  /** Nodes above the shards. */
  get nodes(): StateNodes {
    this.made ??= new StateNodes(stateOfRoots(this.state))
    return this.made
  }
}
