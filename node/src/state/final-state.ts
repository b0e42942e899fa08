import { StateView } from '@parley/execution'
import { type Bytes32, sameBytes } from '@parley/protocol'
import type { Logger } from 'pino'
import type { ChainStore } from '../store/chain-store.ts'
import type { SnapshotStore } from '../store/snapshot-store.ts'
import { PublishedState } from './published-state.ts'

export interface FinalStateDeps {
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly log: Logger
  /** Told of each state it comes to, with its claim's hash and the last block that is final and verified. */
  readonly reached: (state: PublishedState, claimHash: Bytes32, goal: bigint) => Promise<void>
}

/** Where the kept state stands. */
interface Standing {
  readonly claim: bigint
  readonly hash: Bytes32
  readonly block: bigint
}

/** The state that the newest final claim ends with, for readers: it follows finality by what blocks changed, as stored. */
export class FinalState {
  private readonly deps: FinalStateDeps
  private view = new StateView()
  private at: Standing | undefined
  private shown: PublishedState | undefined

  constructor(deps: FinalStateDeps) {
    this.deps = deps
  }

  /** Undefined while there is none. @param final - Number of the newest final claim. */
  published(final: bigint): PublishedState | undefined {
    return this.at !== undefined && this.at.claim <= final ? this.shown : undefined
  }

  /** Block from which on changes are needed; undefined when none are. */
  get block(): bigint | undefined {
    return this.at?.block
  }

  /**
   * Goes to the end of the newest claim that is final and verified, claim by claim.
   * @param final - Number of the newest final claim.
   */
  async follow(final: bigint): Promise<void> {
    const { store, log } = this.deps
    const goal = final < store.tip.claim ? final : store.tip.claim
    if (goal === 0n) return
    const last = (await store.claim(goal))?.last ?? 0n
    if (this.at === undefined || !(await this.stands(this.at, goal))) {
      await this.restore(goal)
      await this.tell(last)
    }
    while (this.at !== undefined && this.at.claim < goal) {
      const { block, claim } = this.at
      const next = await store.claim(claim + 1n)
      if (next === undefined) return
      const changes = await store.changes(block + 1n, next.last)
      if (changes === undefined) {
        log.warn(
          { claim: claim + 1n },
          'what a block changed is not stored: the final state is read from a later snapshot',
        )
        this.at = undefined
        return
      }
      await this.advance({ claim: claim + 1n, hash: next.hash, block: next.last }, changes)
      await this.tell(last)
    }
  }

  private async tell(goal: bigint): Promise<void> {
    if (this.at !== undefined && this.shown !== undefined) await this.deps.reached(this.shown, this.at.hash, goal)
  }

  private async stands({ claim, hash }: Standing, goal: bigint): Promise<boolean> {
    if (claim > goal) return false
    const now = await this.deps.store.claim(claim)
    return claim === 0n || (now !== undefined && sameBytes(now.hash, hash))
  }

  /** Takes the newest snapshot that is final. */
  private async restore(goal: bigint): Promise<void> {
    const { store, snapshots } = this.deps
    this.at = undefined
    const snapshot = (await snapshots.all()).findLast(({ claim }) => claim <= goal)
    if (snapshot === undefined) return
    const view = new StateView()
    view.restoreBegin()
    for await (const chunk of snapshots.chunks(snapshot)) view.restoreChunk(chunk)
    view.restoreEnd()
    const { claim } = snapshot
    const hash = (await store.claim(claim))?.hash ?? new Uint8Array(32)
    this.view = view
    this.shown = claim === 0n ? undefined : new PublishedState(snapshot.state, view, claim)
    this.at = { claim, hash, block: snapshot.state.header.number }
  }

  /** All at once, so that nobody reads a state between two claims. */
  private async advance(to: Standing, changes: readonly Uint8Array[]): Promise<void> {
    const state = await this.deps.store.stateAt(to.block)
    if (state === undefined) {
      this.at = undefined
      return
    }
    for (const each of changes) this.view.apply(each)
    this.shown = new PublishedState(state, this.view, to.claim)
    this.at = to
  }
}
