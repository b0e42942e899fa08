import type { OwnInstallation, Random } from '../keys/installation.ts'
import type { Suite } from '../mls/suite.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/contents.ts'
import type { Directory } from '../ports/directory.ts'
import type { Log } from '../ports/log.ts'
import type { Change, Store } from '../ports/store.ts'
import { changesBetween, type Records, readRecords, unknownRecords } from './records.ts'
import { type OwnSlot, type StoredConversation, storeKey } from './stored.ts'
import { decodeStored, prefixOf, recordsOf } from './stored-records.ts'

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
  private kept: Records

  /** @param kept - What the store has. */
  constructor(deps: ConversationDeps, suite: Suite, stored: StoredConversation, kept: Records) {
    this.deps = deps
    this.suite = suite
    this.current = stored
    this.kept = kept
  }

  get stored(): StoredConversation {
    return this.current
  }

  /** Writes some changes, and what else goes with them, all or none. */
  async keep(changes: Partial<StoredConversation>, beside: readonly Change[] = []): Promise<void> {
    const next = { ...this.current, ...changes }
    const records = recordsOf(next)
    const written = changesBetween(this.kept, records)
    try {
      await this.deps.store.write([...written, ...beside])
    } catch (error) {
      // The store may have them all the same: the next write does not go by what it had before.
      this.kept = new Map([...this.kept, ...unknownRecords(written.map(({ key }) => key))])
      throw error
    }
    this.current = next
    this.kept = records
  }
}

/** A conversation that begins: nothing of it is stored before the first write, which takes the place of all that there was. */
export async function heldAnew(deps: ConversationDeps, suite: Suite, stored: StoredConversation): Promise<Held> {
  const prefix = prefixOf(stored)
  const before = [...(await readRecords(deps.store, prefix)).keys()].map((name) => `${prefix}${name}`)
  return new Held(deps, suite, stored, unknownRecords(before))
}

/** Reads what the store has of a conversation; undefined when it has nothing. @throws {MessagingError} `FRAME_INVALID`. */
export async function readStored(store: Store, place: OwnSlot['place']): Promise<StoredConversation | undefined> {
  const found = await readRecords(store, `${storeKey(place)}/`)
  return found.size === 0 ? undefined : decodeStored(found)
}
