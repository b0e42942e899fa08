import { decodeFrame } from '../../src/codec/frame.ts'
import { applyCommit, type CommitMessage, readCommit } from '../../src/mls/commit.ts'
import { foundGroup, type GroupState, makeCommit } from '../../src/mls/group.ts'
import { joinByWelcome } from '../../src/mls/join.ts'
import type { OwnPackage } from '../../src/mls/leaf.ts'
import { decodeMessage } from '../../src/mls/message.ts'
import type { Suite } from '../../src/mls/suite.ts'
import { chainId, group, packageOf } from './member.ts'

/** The commit in a frame. */
export function commitOf(frame: Uint8Array): CommitMessage {
  const { privateMessage } = decodeMessage(decodeFrame(frame).body, 'mls_private_message')
  return { kind: 'private', message: privateMessage }
}

/** A group whose members all apply every commit; by slot. */
export class TestGroup {
  readonly states = new Map<number, GroupState>()
  private readonly suite: Suite

  private constructor(suite: Suite) {
    this.suite = suite
  }

  static async of(suite: Suite): Promise<TestGroup> {
    const made = new TestGroup(suite)
    made.states.set(0, await foundGroup(group, await packageOf(suite, 0), suite))
    return made
  }

  state(slot: number): GroupState {
    const state = this.states.get(slot)
    if (state === undefined) throw new Error(`slot ${slot} has no leaf`)
    return state
  }

  leafOf(slot: number): number {
    return this.state(slot).privatePath.leafIndex
  }

  /** A member commits, all others follow, newcomers join by Welcome. */
  async commit(by: number, { add = [], remove = [] }: { add?: number[]; remove?: number[] }): Promise<void> {
    const packages = await Promise.all(add.map((slot) => packageOf(this.suite, slot)))
    const made = await makeCommit(
      this.state(by),
      { add: packages.map(({ keyPackage }) => keyPackage), remove: remove.map((slot) => this.leafOf(slot)) },
      this.suite,
    )
    const commit = commitOf(made.frame)
    for (const slot of remove) this.states.delete(slot)
    for (const [slot, state] of this.states) {
      if (slot === by) continue
      const read = await readCommit(state, commit, chainId, this.suite)
      if (typeof read === 'string') throw new Error(read)
      this.states.set(slot, await applyCommit(state, commit, this.suite))
    }
    this.states.set(by, made.next)
    for (const [i, slot] of add.entries())
      this.states.set(slot, await this.join(made.welcome as Uint8Array, packages[i] as OwnPackage))
  }

  join(welcome: Uint8Array, own: OwnPackage): Promise<GroupState> {
    return joinByWelcome(decodeMessage(welcome, 'mls_welcome').welcome, own, this.suite)
  }

  /** Authenticators of the epoch, one for each that differs. */
  authenticators(): Set<string> {
    return new Set([...this.states.values()].map(({ keySchedule }) => keySchedule.epochAuthenticator.join()))
  }
}
