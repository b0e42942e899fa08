import { type Bytes32, sameBytes } from '@parley/protocol'
import { del, keyOf, type NodeStore, numberAt, numberKey, put, type Table, tableOf, writeAll } from './node-store.ts'

/** Where a part lies: chunk of the snapshot at a block. */
interface PartPlace {
  readonly block: bigint
  readonly chunk: number
}

/** Manifests of the snapshots that are served, by block, and where their parts lie. */
export class ServedSnapshots {
  private readonly db: NodeStore
  private readonly manifests: Table
  /** By digest and block, for several snapshots may have a part in common: its chunk. */
  private readonly parts: Table
  /** By block and digest, so that parts are found by their snapshot. */
  private readonly owned: Table

  constructor(db: NodeStore) {
    this.db = db
    this.manifests = tableOf(db, 'served-manifest')
    this.parts = tableOf(db, 'served-part')
    this.owned = tableOf(db, 'served-owned')
  }

  /** Blocks whose snapshots are served, the oldest first. */
  async blocks(): Promise<bigint[]> {
    return (await this.manifests.keys().all()).map((key) => numberAt(key))
  }

  /** Manifest of the newest one; undefined while none is served. */
  async newest(): Promise<Uint8Array | undefined> {
    const [bytes] = await this.manifests.values({ reverse: true, limit: 1 }).all()
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Serves the snapshot at a block. @param digests - Of its chunks, in their order. */
  async add(block: bigint, manifest: Uint8Array, digests: readonly Bytes32[]): Promise<void> {
    const writes = digests.flatMap((digest, chunk) => [
      put(this.parts, joined(digest, numberKey(block)), keyOf([chunk, 4])),
      put(this.owned, joined(numberKey(block), digest), new Uint8Array(0)),
    ])
    await writeAll(this.db, [...writes, put(this.manifests, numberKey(block), manifest)])
  }

  /** Serves the snapshot at a block no longer. */
  async drop(block: bigint): Promise<void> {
    const owned = await this.owned.keys({ gte: numberKey(block), lt: numberKey(block + 1n) }).all()
    const writes = owned.flatMap((key) => [
      del(this.parts, joined(key.subarray(8), numberKey(block))),
      del(this.owned, key),
    ])
    await writeAll(this.db, [...writes, del(this.manifests, numberKey(block))])
  }

  /** Where a part lies; undefined when no snapshot that is served has it. */
  async place(digest: Bytes32): Promise<PartPlace | undefined> {
    const [found] = await this.parts.iterator({ gte: digest, limit: 1 }).all()
    if (found === undefined) return undefined
    const [key, chunk] = found
    if (!sameBytes(key.subarray(0, 32), digest)) return undefined
    return { block: numberAt(key, 32), chunk: new DataView(chunk.buffer, chunk.byteOffset).getUint32(0) }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const key = new Uint8Array(first.length + second.length)
  key.set(first)
  key.set(second, first.length)
  return key
}
