import { type Bytes32, sameBytes } from '@parley/protocol'
import { keyOf, type NodeStore, put, type Table, tableOf, writeAll } from '../store/node-store.ts'

const goalKey = new TextEncoder().encode('goal')

/** What was fetched of a snapshot before all of it is checked. None of it is state. */
export class JoinStore {
  private readonly db: NodeStore
  private readonly meta: Table
  /** By digest: parts whose bytes have it. */
  private readonly parts: Table
  /** By shard: digests of the parts that led to its root, one after the other. */
  private readonly shards: Table

  constructor(db: NodeStore) {
    this.db = db
    this.meta = tableOf(db, 'join-meta')
    this.parts = tableOf(db, 'join-part')
    this.shards = tableOf(db, 'join-shard')
  }

  /** Begins with the state that a claim ends with; what was checked of another counts no more, parts stay. @returns whether it is another. */
  async begin(claimHash: Bytes32): Promise<boolean> {
    const stored = await this.meta.get(goalKey)
    if (stored !== undefined && sameBytes(stored, claimHash)) return false
    await this.shards.clear()
    await writeAll(this.db, [put(this.meta, goalKey, claimHash)])
    return true
  }

  part(digest: Bytes32): Promise<Uint8Array | undefined> {
    return this.parts.get(digest)
  }

  async has(digest: Bytes32): Promise<boolean> {
    return (await this.parts.keys({ gte: digest, lte: digest, limit: 1 }).all()).length > 0
  }

  /** Keeps a part that has its digest. */
  async keep(digest: Bytes32, bytes: Uint8Array): Promise<void> {
    await writeAll(this.db, [put(this.parts, digest, bytes)])
  }

  /** Parts that led to a shard's root; undefined while it was not checked. */
  async checked(shard: number): Promise<Bytes32[] | undefined> {
    const stored = await this.shards.get(keyOf([shard, 1]))
    if (stored === undefined) return undefined
    return Array.from({ length: stored.length / 32 }, (_, i) => Uint8Array.from(stored.subarray(32 * i, 32 * i + 32)))
  }

  /** These parts led to the shard's root. */
  async check(shard: number, digests: readonly Bytes32[]): Promise<void> {
    await writeAll(this.db, [put(this.shards, keyOf([shard, 1]), Buffer.concat([...digests]))])
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    // Until the goal is gone the rest would be fetched again.
    for (const table of [this.meta, this.shards, this.parts]) await table.clear()
  }
}
