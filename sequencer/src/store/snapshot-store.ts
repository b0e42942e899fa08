import { ContainerType, UintNumberType, VectorBasicType, VectorCompositeType } from '@chainsafe/ssz'
import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  Bytes32Type,
  type JournalPosition,
  limits,
  type Prices,
  PricesType,
  Uint64Type,
} from '@parley/protocol'
import {
  type BytesLevel,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  unchecksummed,
} from '@parley/runtime/level'
import { ShardFeesType } from '../derived/shard-fees.ts'
import { SequencerError } from '../faults.ts'
import { snapshotsToKeep } from './snapshots-to-keep.ts'

/** Streams of a snapshot: the state of 64 shards, then the conversation index of 64 shards. */
const streams = 2 * limits.shards

const ManifestType = new ContainerType(
  {
    header: BlockHeaderType,
    prices: PricesType,
    shardRoots: new VectorCompositeType(Bytes32Type, limits.shards),
    fees: ShardFeesType,
    journalFrom: Uint64Type,
    parts: new VectorBasicType(new UintNumberType(4), streams),
  },
  { typeName: 'SnapshotManifest' },
)

const manifestKey = (block: bigint): Uint8Array => keyOf('snapshot/', block)
const partKey = (block: bigint, stream: number, part: number): Uint8Array =>
  keyOf('part/', block, BigInt(stream), BigInt(part))

/** All that is needed to go on after a sealed block. */
export interface SnapshotHead {
  readonly header: BlockHeader
  /** Prices of the state after the block. */
  readonly prices: Prices
  readonly shardRoots: readonly Bytes32[]
  readonly fees: { feeExcess: bigint; feeTime: bigint }[]
  /** Journal position of the first record after the block. */
  readonly journalFrom: JournalPosition
}

export interface Snapshot extends SnapshotHead {
  /** State of each shard: pieces in the lanes' own form. */
  readonly shards: readonly (readonly Uint8Array[])[]
  /** Conversation index of each shard, as one piece. */
  readonly index: readonly (readonly Uint8Array[])[]
}

/** Some of what a snapshot holds of one shard. */
export interface ShardPiece {
  readonly shard: number
  readonly bytes: Uint8Array
}

/** Snapshots of the state after sealed blocks. A snapshot without its manifest, written last, does not exist. */
export class SnapshotStore {
  private readonly db: BytesLevel

  constructor(db: BytesLevel) {
    this.db = db
  }

  /** Blocks of which there is a snapshot, latest first. */
  async list(): Promise<bigint[]> {
    const keys = await this.db.keys({ gte: manifestKey(0n), lte: manifestKey(highestNumber), reverse: true }).all()
    return keys.map(lastNumberOf)
  }

  /**
   * Writes a snapshot, then forgets those that nobody goes back to.
   * @returns the oldest one's head that is left; undefined when none is at or below `finalBlock`: then the journal is all
   * that leads there.
   */
  async write(snapshot: Snapshot, keep: number, finalBlock: bigint): Promise<SnapshotHead | undefined> {
    const { number } = snapshot.header
    const parts: number[] = []
    for (const [stream, pieces] of [...snapshot.shards, ...snapshot.index].entries())
      parts.push(await this.writeStream(number, stream, pieces))
    const key = manifestKey(number)
    const { header, prices, shardRoots, fees, journalFrom } = snapshot
    const manifest = ManifestType.serialize({ header, prices, shardRoots: [...shardRoots], fees, journalFrom, parts })
    await this.db.batch([{ type: 'put', key, value: checksummed(key, manifest) }], durable)
    const blocks = await this.list()
    const kept = snapshotsToKeep(blocks, keep, finalBlock)
    for (const block of blocks) if (!kept.includes(block)) await this.forget(block)
    const oldest = kept.at(-1) as bigint
    return oldest <= finalBlock ? this.head(oldest) : undefined
  }

  /** @throws {SequencerError} `STORE_CORRUPT`. */
  async head(block: bigint): Promise<SnapshotHead> {
    return this.manifest(block)
  }

  /** State of the shards, piece by piece as it was written. @throws {SequencerError} `STORE_CORRUPT`. */
  shards(block: bigint): AsyncGenerator<ShardPiece> {
    return this.readStreams(block, 0)
  }

  /** Conversation index of the shards. @throws {SequencerError} `STORE_CORRUPT`. */
  index(block: bigint): AsyncGenerator<ShardPiece> {
    return this.readStreams(block, limits.shards)
  }

  /** Drops snapshots of blocks above `block`, which a removal voided. */
  async dropAbove(block: bigint): Promise<void> {
    for (const number of await this.list()) if (number > block) await this.forget(number)
  }

  private async manifest(block: bigint): Promise<SnapshotHead & { parts: number[] }> {
    return ManifestType.deserialize(await this.checked(manifestKey(block), block))
  }

  private async writeStream(block: bigint, stream: number, pieces: readonly Uint8Array[]): Promise<number> {
    for (const [part, bytes] of pieces.entries()) {
      const key = partKey(block, stream, part)
      await this.db.batch([{ type: 'put', key, value: checksummed(key, bytes) }], durable)
    }
    return pieces.length
  }

  private async *readStreams(block: bigint, first: number): AsyncGenerator<ShardPiece> {
    const { parts } = await this.manifest(block)
    for (let shard = 0; shard < limits.shards; shard += 1)
      for (let part = 0; part < (parts[first + shard] as number); part += 1)
        yield { shard, bytes: await this.checked(partKey(block, first + shard, part), block) }
  }

  private async checked(key: Uint8Array, block: bigint): Promise<Uint8Array> {
    const value = await this.db.get(key)
    const content = value && unchecksummed(key, value)
    if (content === undefined)
      throw new SequencerError({
        code: 'STORE_CORRUPT',
        what: 'snapshot',
        number: block,
        reason: 'a part is missing or its checksum does not hold',
      })
    return content
  }

  private async forget(block: bigint): Promise<void> {
    await this.db.clear({ gte: manifestKey(block), lt: manifestKey(block + 1n) })
    await this.db.clear({ gte: partKey(block, 0, 0), lt: partKey(block + 1n, 0, 0) })
  }
}
