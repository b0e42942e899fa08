import { type Bytes32, type Millis, millis, type Signature, sameBytes, toHex } from '@parley/protocol'
import { type Clock, pause, Turns } from '@parley/runtime'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  keyOf,
  lazy,
  unchecksummed,
} from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Contents, Kept, PutOptions } from '../contents.ts'
import { ackCommitment, contentDigest } from '../digests.ts'
import { ContentError } from '../faults.ts'
import { classOf } from '../limits.ts'
import { assertPut } from '../put-form.ts'
import { isAcked } from './acks.ts'
import type { Blocks } from './blocks.ts'
import { retentionOf, type StoreOptions, type StoreSettings, settingsOf } from './options.ts'
import { type ContentRecord, decodeRecord, dueAt, encodeRecord, merged } from './record.ts'

export interface ContentStoreDeps {
  /** What is known of contents: open, of this store alone. Keys that begin otherwise than `content/` and `due/` are others’. */
  readonly index: BytesLevel
  readonly blocks: Blocks
  readonly clock: Clock
  readonly log: Logger
}

const digestBytes = 32
/** Contents let go in one turn at most: others wait meanwhile. */
const goingAtOnce = 256
/** Milliseconds after which a block whose record never came is what a crash left. */
const leftoverMs = 60_000n

const under = (prefix: Uint8Array, digest: Bytes32): Uint8Array => Buffer.concat([prefix, digest])
const recordKey = (digest: Bytes32): Uint8Array => under(keyOf('content/'), digest)
const dueKey = (at: bigint, digest: Bytes32): Uint8Array => under(keyOf('due/', at), digest)
const recordRange = { gte: keyOf('content/'), lt: keyOf('content0') }
const none = new Uint8Array(0)

/**
 * Contents with what was promised of them: how long they are kept, and whose acknowledgement ends that. The block is durable
 * before its record, and its record before anybody is told; a block without a record goes after a minute.
 */
export class ContentStore implements Contents {
  readonly settings: StoreSettings
  /** Contents whose block was not as it was stored when it was asked for. */
  lost = 0
  private readonly deps: ContentStoreDeps
  /** Of each content one change at a time: block and record belong together. */
  private readonly changes = new Map<string, Turns>()
  private count = 0
  private sum = 0
  private reserved = 0

  private constructor(deps: ContentStoreDeps, settings: StoreSettings) {
    this.deps = deps
    this.settings = settings
  }

  /** Takes up what is there. @throws {ContentError} `OPTION_OUT_OF_RANGE`, `RECORD_INVALID`. */
  static async open(deps: ContentStoreDeps, options: StoreOptions = {}): Promise<ContentStore> {
    const store = new ContentStore(deps, settingsOf(options))
    for await (const [key, value] of deps.index.iterator(recordRange)) store.counted(readRecord(key, value), 1)
    return store
  }

  get contents(): number {
    return this.count
  }

  /** Bytes of all contents, each counted by its size class. */
  get bytes(): number {
    return this.sum
  }

  get freeBytes(): number {
    return Math.max(0, this.settings.maxStoredBytes - this.sum - this.reserved)
  }

  /**
   * Keeps room for one content until what it gives is called.
   * @throws {ContentError} `STORE_FULL`.
   */
  reserve(bytes: number): () => void {
    const size = classOf(bytes)
    const free = this.freeBytes
    if (size > free) throw new ContentError({ code: 'STORE_FULL', bytes: size, free })
    this.reserved += size
    let isOver = false
    return () => {
      if (!isOver) this.reserved -= size
      isOver = true
    }
  }

  /** @throws {ContentError} `CONTENT_INVALID`, `STORE_FULL`. */
  async put(content: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<Kept> {
    assertPut({ content, options })
    const release = this.reserve(content.length)
    try {
      return await this.putReserved(content, options, signal)
    } finally {
      release()
    }
  }

  /** As `put`, for whoever has kept room for it. @throws {ContentError} `CONTENT_INVALID`. */
  async putReserved(content: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<Kept> {
    assertPut({ content, options })
    const digest = contentDigest(content)
    return this.change(digest, () => this.store(digest, content, options, signal), signal)
  }

  /** @throws {ContentError} `CONTENT_LOST` when the block is not as it was stored. */
  async get(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const record = await this.live(digest)
    if (record === undefined) return undefined
    const block = await this.deps.blocks.get(digest, signal)
    if (block !== undefined && sameBytes(contentDigest(block), digest)) return block
    // Let go meanwhile.
    if ((await this.live(digest)) === undefined) return undefined
    this.lost += 1
    const reason = block === undefined ? 'its block is not there' : 'its block has another digest'
    this.deps.log.error({ digest: toHex(digest), reason }, 'a content that was to be kept is lost')
    throw new ContentError({ code: 'CONTENT_LOST', digest, reason })
  }

  async has(digest: Bytes32): Promise<boolean> {
    return (await this.live(digest)) !== undefined
  }

  /** Bytes of a content that is there. */
  async lengthOf(digest: Bytes32): Promise<number | undefined> {
    return (await this.live(digest))?.bytes
  }

  /** Milliseconds since 1970 at which a content goes that is there; undefined when it is not. */
  async keptUntil(digest: Bytes32): Promise<Millis | undefined> {
    const record = await this.live(digest)
    return record === undefined ? undefined : millis(dueAt(record, this.settings.graceMs))
  }

  /** @throws {ContentError} `CONTENT_UNKNOWN`, `ACK_UNKNOWN`, `ACK_INVALID`. */
  async ack(digest: Bytes32, ackKey: Bytes32, signature: Signature, signal: AbortSignal): Promise<void> {
    const commitment = ackCommitment(ackKey, digest)
    const expected = (record: ContentRecord | undefined): number => {
      if (record === undefined) throw new ContentError({ code: 'CONTENT_UNKNOWN', digest })
      const place = record.acks.findIndex((known) => sameBytes(known, commitment))
      if (place === -1) throw new ContentError({ code: 'ACK_UNKNOWN', digest })
      return place
    }
    expected(await this.live(digest))
    if (!isAcked(digest, ackKey, signature)) throw new ContentError({ code: 'ACK_INVALID', digest })
    const acknowledge = async (): Promise<void> => {
      const before = await this.live(digest)
      const place = expected(before)
      if (before === undefined || before.given[place] === true) return
      const given = before.given.with(place, true)
      const deliveredAt = given.every(Boolean) ? this.now() : undefined
      await this.write(digest, before, { ...before, given, deliveredAt })
    }
    await this.change(digest, acknowledge, signal)
  }

  /** Lets go what was kept for long enough, or has all its acknowledgements. */
  async letGo(signal: AbortSignal): Promise<void> {
    const due = await this.deps.index
      .keys({ gte: keyOf('due/', 0n), lt: keyOf('due/', this.now() + 1n), limit: goingAtOnce })
      .all()
    for (const key of due) await this.change(key.slice(-digestBytes), () => this.letGoOne(key, signal), signal)
  }

  /** Lets go again and again, until `signal`. A disk that fails now may work later; what was to go stays until then. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    while (!signal.aborted) {
      try {
        await this.letGo(signal)
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, 'what has expired cannot be removed')
      }
      await pause(clock, this.settings.sweepEveryMs, signal)
    }
  }

  private async store(
    digest: Bytes32,
    content: Uint8Array,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<{ retainUntil: Millis }> {
    const { index, blocks } = this.deps
    const now = this.now()
    const before = await this.record(digest)
    const retainUntil = now + BigInt(retentionOf(this.settings)[options.class])
    const still = before !== undefined && dueAt(before, this.settings.graceMs) > now ? before : undefined
    const record = merged(still, { bytes: content.length, options, retainUntil })
    // Known first, so that what a crash leaves is found.
    const leftover = dueKey(now + leftoverMs, digest)
    await index.batch([{ type: 'put', key: leftover, value: none }], lazy)
    await blocks.put(digest, content, signal)
    await this.write(digest, before, record, [{ type: 'del', key: leftover }])
    if (before === undefined) this.counted(record, 1)
    return { retainUntil: millis(record.retainUntil) }
  }

  private async write(
    digest: Bytes32,
    before: ContentRecord | undefined,
    record: ContentRecord,
    more: readonly BytesOperation[] = [],
  ): Promise<void> {
    const { graceMs } = this.settings
    const key = recordKey(digest)
    await this.deps.index.batch(
      [
        ...more,
        ...(before === undefined ? [] : [{ type: 'del', key: dueKey(dueAt(before, graceMs), digest) } as const]),
        { type: 'put', key, value: checksummed(key, encodeRecord(record)) },
        { type: 'put', key: dueKey(dueAt(record, graceMs), digest), value: none },
      ],
      durable,
    )
  }

  private async letGoOne(key: Uint8Array, signal: AbortSignal): Promise<void> {
    const { index, blocks } = this.deps
    const digest = key.slice(-digestBytes)
    const record = await this.record(digest)
    const isOver = record === undefined || dueAt(record, this.settings.graceMs) <= this.now()
    if (!isOver) {
      // Kept for longer meanwhile, or with another setting.
      const later = dueKey(dueAt(record, this.settings.graceMs), digest)
      await index.batch(
        [
          { type: 'del', key },
          { type: 'put', key: later, value: none },
        ],
        durable,
      )
      return
    }
    await blocks.delete(digest, signal)
    const gone: BytesOperation[] = [{ type: 'del', key }]
    if (record !== undefined) {
      gone.push({ type: 'del', key: recordKey(digest) })
      gone.push({ type: 'del', key: dueKey(dueAt(record, this.settings.graceMs), digest) })
    }
    await index.batch(gone, durable)
    if (record !== undefined) this.counted(record, -1)
  }

  private async change<T>(digest: Bytes32, make: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const name = toHex(digest)
    const turns = this.changes.get(name) ?? new Turns(1)
    this.changes.set(name, turns)
    try {
      return await turns.take(make, signal)
    } finally {
      if (!turns.isFull && turns.length === 0) this.changes.delete(name)
    }
  }

  private async record(digest: Bytes32): Promise<ContentRecord | undefined> {
    const key = recordKey(digest)
    const value = await this.deps.index.get(key)
    return value === undefined ? undefined : readRecord(key, value)
  }

  /** The record of what is kept still: what is due is gone for all who ask, removed or not. */
  private async live(digest: Bytes32): Promise<ContentRecord | undefined> {
    const record = await this.record(digest)
    return record !== undefined && dueAt(record, this.settings.graceMs) > this.now() ? record : undefined
  }

  private counted({ bytes }: ContentRecord, by: 1 | -1): void {
    this.count += by
    this.sum += by * classOf(bytes)
  }

  private now(): bigint {
    return BigInt(Math.floor(this.deps.clock.now()))
  }
}

/** @throws {ContentError} `RECORD_INVALID`. */
function readRecord(key: Uint8Array, value: Uint8Array): ContentRecord {
  const name = toHex(key.slice(-digestBytes))
  const bytes = unchecksummed(key, value)
  if (bytes === undefined)
    throw new ContentError({ code: 'RECORD_INVALID', record: name, reason: 'the checksum does not hold' })
  return decodeRecord(name, bytes)
}
