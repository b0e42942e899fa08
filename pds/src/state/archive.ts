import { contentDigest } from '@parley/content'
import { type Bytes20, type Bytes32, sameBytes } from '@parley/protocol'
import { durable } from '@parley/runtime/level'
import { PdsError } from '../faults.ts'
import type { Tables } from './tables.ts'

/** A segment by its digest, and its length. */
export interface SegmentSize {
  readonly digest: Bytes32
  readonly bytes: number
}

/** Segments of a user, together. */
export interface ArchiveSize {
  readonly segments: number
  readonly bytes: bigint
}

const empty: ArchiveSize = { segments: 0, bytes: 0n }

/** Archive segments of users: ciphertext, each under its digest. Lengths and sums lie beside them, so that none is read for these. */
export class Archive {
  private readonly tables: Pick<Tables, 'db' | 'segments' | 'lengths' | 'archives'>
  private readonly bytesPerUser: number

  constructor(tables: Archive['tables'], bytesPerUser: number) {
    this.tables = tables
    this.bytesPerUser = bytesPerUser
  }

  /** Stores a segment; one that is there changes nothing. Call one at a time. @throws {PdsError} `SEGMENT_OTHER`, `ARCHIVE_FULL`. */
  async put(identity: Bytes20, digest: Bytes32, bytes: Uint8Array): Promise<void> {
    const received = contentDigest(bytes)
    if (!sameBytes(received, digest)) throw new PdsError({ code: 'SEGMENT_OTHER', expected: digest, received })
    const { db, segments, lengths, archives } = this.tables
    if ((await lengths.get(identity, digest)) !== undefined) return
    const before = await this.size(identity)
    const free = this.bytesPerUser - Number(before.bytes)
    if (bytes.length > free) throw new PdsError({ code: 'ARCHIVE_FULL', bytes: bytes.length, free: Math.max(0, free) })
    const after = { segments: before.segments + 1, bytes: before.bytes + BigInt(bytes.length) }
    const key = [identity, digest]
    const rows = [segments.put(key, { bytes }), lengths.put(key, { bytes: bytes.length })]
    await db.batch([...rows, archives.put([identity], after)], durable)
  }

  /** @throws {PdsError} `SEGMENT_UNKNOWN`. */
  async get(identity: Bytes20, digest: Bytes32): Promise<Uint8Array> {
    const found = await this.tables.segments.get(identity, digest)
    if (found === undefined) throw new PdsError({ code: 'SEGMENT_UNKNOWN', digest })
    return found.bytes
  }

  async size(identity: Bytes20): Promise<ArchiveSize> {
    return (await this.tables.archives.get(identity)) ?? empty
  }

  /** At most `limit` segments behind one, in the order of their digests, and whether there are others behind these. */
  async list(
    identity: Bytes20,
    after: Bytes32,
    limit: number,
  ): Promise<{ readonly segments: SegmentSize[]; readonly more: boolean }> {
    const segments: SegmentSize[] = []
    // One more may be the one that they follow, and one shows that there are others.
    for await (const { rest: digest, value } of this.tables.lengths.rows([identity], {
      from: after,
      limit: limit + 2,
    })) {
      if (sameBytes(digest, after)) continue
      if (segments.length === limit) return { segments, more: true }
      segments.push({ digest, bytes: value.bytes })
    }
    return { segments, more: false }
  }
}
