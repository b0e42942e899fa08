import {
  type BatchClaim,
  type Bytes32,
  columnsOfViews,
  encodeBatchColumns,
  encodeSignatures,
  type Millis,
  signaturesOfViews,
  type ViewedBlock,
} from '@parley/protocol'
import type { BatchPart } from '../faults.ts'
import {
  del,
  keyOf,
  type NodeStore,
  numberAt,
  numberKey,
  put,
  type Table,
  tableOf,
  type Write,
  writeAll,
} from '../store/node-store.ts'

export interface BatchArchiveOptions {
  /** Milliseconds of L2 time for which parts are kept after their claim is final; Infinity keeps all. */
  readonly archiveKeptMs: number
}

/** Both parts of a batch as they were served. */
export interface EncodedParts {
  readonly core: Uint8Array
  readonly witness: Uint8Array
}

/** Marks of finality that are kept at most: what is old enough to be forgotten is found as exactly as that. */
const mostMarks = 512
/** Claims that one call forgets at most. */
const claimsAtOnce = 64

/** What a layer would carry of blocks. */
export function encodeViews(blocks: readonly ViewedBlock[]): EncodedParts {
  return { core: encodeBatchColumns(columnsOfViews(blocks)), witness: encodeSignatures(signaturesOfViews(blocks)) }
}

const rootOf = (claim: BatchClaim, part: BatchPart): Bytes32 => (part === 'core' ? claim.coreRoot : claim.witnessRoot)

/**
 * Encoded parts of batches under the roots that claims name. Only what led to a claim's roots comes in, so whoever asks can
 * check it in the same way. Several claims can have one root: a part goes with the last of them.
 */
export class BatchArchive {
  private readonly db: NodeStore
  private readonly keptMs: number
  private readonly parts: Table
  /** By root: number of the last claim that names it, and the length of the part. */
  private readonly roots: Table
  /** Roots by the number of a claim. */
  private readonly claims: Table
  /** Number of the latest final claim by the L2 time at which it was seen to be. */
  private readonly finals: Table
  private lastWrite: Promise<unknown> = Promise.resolve()

  constructor(db: NodeStore, { archiveKeptMs }: BatchArchiveOptions) {
    this.db = db
    this.keptMs = archiveKeptMs
    this.parts = tableOf(db, 'archive-part')
    this.roots = tableOf(db, 'archive-root')
    this.claims = tableOf(db, 'archive-claim')
    this.finals = tableOf(db, 'archive-final')
  }

  /** Bytes of a part; undefined when it is not kept. */
  async length(root: Bytes32): Promise<number | undefined> {
    const entry = await this.roots.get(root)
    return entry === undefined ? undefined : Number(numberAt(entry, 8))
  }

  async part(root: Bytes32): Promise<Uint8Array | undefined> {
    const bytes = await this.parts.get(root)
    // Stores give Buffers, whose slices share memory.
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Keeps parts that led to the claim's roots. */
  keep(claim: BatchClaim, parts: EncodedParts): Promise<void> {
    return this.inTurn(async () => {
      const writes: Write[] = []
      for (const part of ['core', 'witness'] as const) {
        const root = rootOf(claim, part)
        const entry = await this.roots.get(root)
        const last = entry === undefined ? 0n : numberAt(entry)
        // What is there led to the same root.
        if (entry === undefined) writes.push(put(this.parts, root, parts[part]))
        const length = entry === undefined ? parts[part].length : numberAt(entry, 8)
        const number = claim.number > last ? claim.number : last
        writes.push(put(this.roots, root, keyOf([number, 8], [length, 8])))
        writes.push(put(this.claims, keyOfClaim(claim.number, root), new Uint8Array(0)))
      }
      await writeAll(this.db, writes)
    })
  }

  /** Drops a part that turned out not to lead to its root. */
  drop(root: Bytes32): Promise<void> {
    return this.inTurn(() => writeAll(this.db, [del(this.parts, root), del(this.roots, root)]))
  }

  /**
   * Forgets parts of claims that have been final for long enough.
   * @param final - Number of the latest final claim.
   * @param time - Of the L2, now.
   */
  forget(final: bigint, time: Millis): Promise<void> {
    return this.inTurn(async () => {
      if (this.keptMs === Number.POSITIVE_INFINITY) return
      await this.mark(final, time)
      const kept = BigInt(this.keptMs)
      if (time < kept) return
      const old = { lte: numberKey(time - kept), reverse: true, limit: 1 }
      for await (const [mark, number] of this.finals.iterator(old)) {
        if (await this.forgetThrough(numberAt(number))) await this.finals.clear({ lt: mark })
      }
    })
  }

  /** Remembers that `final` is final now, once a share of the time that parts are kept. */
  private async mark(final: bigint, time: Millis): Promise<void> {
    // An L2 that was reorganised may be earlier than it was.
    await this.finals.clear({ gt: numberKey(time) })
    const [latest] = await this.finals.iterator({ reverse: true, limit: 1 }).all()
    if (latest !== undefined) {
      const [at, number] = latest
      if (numberAt(number) >= final || time - numberAt(at) < BigInt(Math.floor(this.keptMs / mostMarks))) return
    }
    if (final > 0n) await writeAll(this.db, [put(this.finals, numberKey(time), numberKey(final))])
  }

  /** @returns whether nothing is left to forget. */
  private async forgetThrough(number: bigint): Promise<boolean> {
    const limit = 2 * claimsAtOnce
    const keys = await this.claims.keys({ lt: numberKey(number + 1n), limit }).all()
    const writes: Write[] = []
    for (const key of keys) {
      const root = key.subarray(8)
      const entry = await this.roots.get(root)
      if (entry !== undefined && numberAt(entry) <= number) writes.push(del(this.parts, root), del(this.roots, root))
      writes.push(del(this.claims, key))
    }
    await writeAll(this.db, writes)
    return keys.length < limit
  }

  /** What follows from what is stored is written before the next one looks. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.lastWrite.then(work)
    // Whoever asked for it is told.
    this.lastWrite = done.catch(() => undefined)
    return done
  }
}

function keyOfClaim(number: bigint, root: Bytes32): Uint8Array {
  const key = new Uint8Array(8 + root.length)
  key.set(numberKey(number))
  key.set(root, 8)
  return key
}
