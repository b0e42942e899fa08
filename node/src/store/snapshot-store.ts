import { ContainerType } from '@chainsafe/ssz'
import { Uint32Type, Uint64Type } from '@parley/protocol'
import { NodeError } from '../faults.ts'
import { type VerifiedState, VerifiedStateType } from './chain-records.ts'
import { decodeRecord, keyOf, type NodeStore, numberAt, numberKey, type Table, tableOf } from './node-store.ts'
import { ServedSnapshots } from './served-snapshots.ts'

/** A kept state of the whole chain, at the end of a verified claim. */
export interface Snapshot {
  readonly state: VerifiedState
  /** Claim that ends here; 0 for the state before the first block. */
  readonly claim: bigint
  readonly chunks: number
  readonly bytes: bigint
}
const SnapshotType = new ContainerType({
  state: VerifiedStateType,
  claim: Uint64Type,
  chunks: Uint32Type,
  bytes: Uint64Type,
})

/** Part of one shard's state, as the lanes write it. */
export interface SnapshotChunk {
  readonly shard: number
  readonly bytes: Uint8Array
}

/** Snapshots by block. One is there once its description is written, which happens last. */
export class SnapshotStore {
  private readonly descriptions: Table
  private readonly chunkTable: Table
  /** Those that others may join by. */
  readonly served: ServedSnapshots

  private constructor(db: NodeStore) {
    this.descriptions = tableOf(db, 'snapshot')
    this.chunkTable = tableOf(db, 'snapshot-chunk')
    this.served = new ServedSnapshots(db)
  }

  /** Opens the store and removes what a crash left half written. */
  static async open(db: NodeStore): Promise<SnapshotStore> {
    const store = new SnapshotStore(db)
    const complete = new Set((await store.all()).map(({ state }) => state.header.number))
    for await (const key of store.chunkTable.keys()) if (!complete.has(numberAt(key))) await store.chunkTable.del(key)
    return store
  }

  /** All snapshots, oldest first. */
  async all(): Promise<Snapshot[]> {
    const stored = await this.descriptions.values().all()
    return stored.map((bytes) => decodeRecord('snapshot', SnapshotType, bytes))
  }

  async at(block: bigint): Promise<Snapshot | undefined> {
    const stored = await this.descriptions.get(numberKey(block))
    return stored === undefined ? undefined : decodeRecord('snapshot', SnapshotType, stored)
  }

  /** Writes a snapshot; `chunks` is read to its end before it counts. */
  async take(
    state: VerifiedState,
    claim: bigint,
    chunks: AsyncIterable<SnapshotChunk> | Iterable<SnapshotChunk>,
  ): Promise<Snapshot> {
    const block = state.header.number
    let count = 0
    let bytes = 0n
    for await (const chunk of chunks) {
      const value = new Uint8Array(1 + chunk.bytes.length)
      value[0] = chunk.shard
      value.set(chunk.bytes, 1)
      await this.chunkTable.put(chunkKey(block, count), value)
      count += 1
      bytes += BigInt(chunk.bytes.length)
    }
    const snapshot = { state, claim, chunks: count, bytes }
    const stored = { ...snapshot, state: { ...state, shardRoots: [...state.shardRoots] } }
    await this.descriptions.put(numberKey(block), SnapshotType.serialize(stored))
    return snapshot
  }

  /** One chunk as lanes wrote it. */
  async chunkBytes(block: bigint, chunk: number): Promise<Uint8Array | undefined> {
    return (await this.chunkTable.get(chunkKey(block, chunk)))?.subarray(1)
  }

  async *chunks(snapshot: Snapshot): AsyncGenerator<SnapshotChunk> {
    for (let i = 0; i < snapshot.chunks; i += 1) {
      const stored = await this.chunkTable.get(chunkKey(snapshot.state.header.number, i))
      if (stored === undefined)
        throw new NodeError({ code: 'STORE_INVALID', record: 'snapshot', reason: `chunk ${i} is missing` })
      yield { shard: stored[0] ?? 0, bytes: stored.subarray(1) }
    }
  }

  /** Forgets one; a crash in between leaves chunks that the next opening removes. */
  async drop(snapshot: Snapshot): Promise<void> {
    const block = snapshot.state.header.number
    await this.served.drop(block)
    await this.descriptions.del(numberKey(block))
    await this.chunkTable.clear({ gte: chunkKey(block, 0), lt: chunkKey(block + 1n, 0) })
  }
}

const chunkKey = (block: bigint, chunk: number): Uint8Array => keyOf([block, 8], [chunk, 4])
