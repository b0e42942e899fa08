import type { OwnInstallation, Random } from '../keys/installation.ts'
import type { Suite } from '../mls/suite.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/contents.ts'
import type { Directory } from '../ports/directory.ts'
import type { Log } from '../ports/log.ts'
import type { Change, Store } from '../ports/store.ts'
import { encodeStored, type StoredConversation, storeKey } from './stored.ts'

/** What a conversation is run with. */
export interface ConversationDeps {
  readonly log: Log
  readonly contents: Contents
  readonly store: Store
  readonly directory: Directory
  readonly clock: Clock
  readonly random: Random
  readonly installation: OwnInstallation
}

/** A conversation in memory and in the store, which never differ: each step is one write, and counts once it is durable. */
export class Held {
  readonly deps: ConversationDeps
  readonly suite: Suite
  private current: StoredConversation

  constructor(deps: ConversationDeps, suite: Suite, stored: StoredConversation) {
    this.deps = deps
    this.suite = suite
    this.current = stored
  }

  get stored(): StoredConversation {
    return this.current
  }

  /** Writes some changes, and what else goes with them, all or none. */
  async keep(changes: Partial<StoredConversation>, beside: readonly Change[] = []): Promise<void> {
    const next = { ...this.current, ...changes }
    await this.deps.store.write([{ key: storeKey(next.own.place), value: encodeStored(next) }, ...beside])
    this.current = next
  }
}
