import { type Bytes20, type Bytes32, toHex } from '@parley/protocol'
import { type BytesOperation, durable } from '@parley/runtime/level'
import { PdsError } from '../faults.ts'
import { decodeScope, type Scope, scopeDigest } from '../forms/scope.ts'
import type { StoredStanding, Tables } from './tables.ts'

/** Where a user's inbox was followed to. */
export type Standing = Omit<StoredStanding, 'cursor'> & { readonly cursor: string | undefined }

export interface User {
  readonly identity: Bytes20
  readonly scope: Scope
  readonly scopeDigest: Bytes32
  /** Undefined until the inbox was read for the first time. */
  standing: Standing | undefined
}

const nameOf = (identity: Bytes20): string => toHex(identity)

/** Who gave a scope, and how far each inbox is followed. */
export class Users {
  private readonly tables: Tables
  private readonly known = new Map<string, User>()

  private constructor(tables: Tables) {
    this.tables = tables
  }

  /** @throws {PdsError} `RECORD_INVALID`. */
  static async open(tables: Tables): Promise<Users> {
    const users = new Users(tables)
    for await (const { rest: identity, value } of tables.users.rows([])) {
      const stored = await tables.standings.get(identity)
      const standing = stored === undefined ? undefined : { ...stored, cursor: new TextDecoder().decode(stored.cursor) }
      const scope = decodeScope(value.scope)
      users.known.set(nameOf(identity), { identity, scope, scopeDigest: scopeDigest(value.scope), standing })
    }
    return users
  }

  get count(): number {
    return this.known.size
  }

  [Symbol.iterator](): IterableIterator<User> {
    return this.known.values()
  }

  find(identity: Bytes20): User | undefined {
    return this.known.get(nameOf(identity))
  }

  /** @throws {PdsError} `USER_UNKNOWN`. */
  get(identity: Bytes20): User {
    const user = this.find(identity)
    if (user === undefined) throw new PdsError({ code: 'USER_UNKNOWN', identity })
    return user
  }

  /** Takes a scope, durably. @throws {PdsError} `SCOPE_OLD`. */
  async give(
    identity: Bytes20,
    given: { readonly bytes: Uint8Array; readonly scope: Scope; readonly authorization: string; readonly now: bigint },
    more: readonly BytesOperation[],
  ): Promise<User> {
    const { bytes: scope, authorization, now } = given
    const before = this.find(identity)
    const { number } = given.scope
    if (before !== undefined && number <= before.scope.number)
      throw new PdsError({ code: 'SCOPE_OLD', number, latest: before.scope.number })
    // What an interrupted farewell left is nobody's.
    if (before === undefined) await this.clear(identity)
    const row = { joined: now, scope, authorization: new TextEncoder().encode(authorization) }
    await this.tables.db.batch([...more, this.tables.users.put([identity], row)], durable)
    const user = { identity, scope: given.scope, scopeDigest: scopeDigest(scope), standing: before?.standing }
    this.known.set(nameOf(identity), user)
    return user
  }

  /** Forgets a user and all that is the user's alone. */
  async forget(identity: Bytes20): Promise<void> {
    const { db, users, standings, archives } = this.tables
    this.known.delete(nameOf(identity))
    const rows = [users, standings, archives].map((table) => table.delete([identity]))
    await db.batch(rows, durable)
    await this.clear(identity)
  }

  private async clear(identity: Bytes20): Promise<void> {
    const { invites, unjudged, lengths, segments, checkpoints } = this.tables
    for (const table of [invites, unjudged, lengths, segments, checkpoints]) await table.clear([identity])
  }
}
