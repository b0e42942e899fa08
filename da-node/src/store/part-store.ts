import type { FileHandle } from 'node:fs/promises'
import { toHex } from '@parley/protocol'
import { Turns } from '@parley/runtime'
import type { ContentFiles } from '@parley/runtime/content-files'
import type { AbstractLevel } from 'abstract-level'
import type { Logger } from 'pino'
import { DaNodeError } from '../faults.ts'
import { decodePartRecord, encodePartRecord, type PartRecord } from './part-record.ts'
import { Usage } from './usage.ts'

/** Texts under texts, open, of this store alone. */
export type TextLevel = AbstractLevel<string | Buffer | Uint8Array, string, string>

export interface PartStoreDeps {
  readonly index: TextLevel
  readonly files: ContentFiles
  readonly log: Logger
}

export interface NewPart {
  /** 32 bytes, of these bytes. */
  readonly chunkRoot: Uint8Array
  readonly bytes: Uint8Array
  readonly claimer: Uint8Array
  readonly expiresAt: bigint
}

/** Seconds of the L2 for which bytes are kept beyond what was asked for, and for which it is then known that there were any. */
const keptSeconds = 3_600n
const rememberedSeconds = 30n * 86_400n
/** Parts let go in one turn at most: others wait meanwhile. */
const lettingGoAtOnce = 256

/** Not a fresh literal where it is used: the abstract type does not name LevelDB's `sync`. */
const durable = { keyEncoding: 'utf8', sync: true }
const partKey = (root: string): string => `part ${root}`
const dueKey = (at: bigint, root: string): string => `due ${String(at).padStart(20, '0')} ${root}`
const attestationKey = (expiresAt: bigint, digest: string): string =>
  `attestation ${String(expiresAt).padStart(20, '0')} ${digest}`

type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string }
const put = (key: string, value: string): Operation => ({ type: 'put', key, value })
const del = (key: string): Operation => ({ type: 'del', key })

/** When a part is let go, or forgotten. */
const dueAt = ({ state, expiresAt }: PartRecord): bigint =>
  expiresAt + keptSeconds + (state === 'expired' ? rememberedSeconds : 0n)

/**
 * Parts on the disk with what is known of them. A part's file is durable before its record, and its record before anybody is
 * told; a file without a record is the rest of a crash.
 */
export class PartStore {
  readonly usage = new Usage()
  private readonly deps: PartStoreDeps
  /** One change at a time: file and record belong together. */
  private readonly changes = new Turns(1)
  private missing = 0

  private constructor(deps: PartStoreDeps) {
    this.deps = deps
  }

  /** Takes up what is there. @throws {DaNodeError} `RECORD_INVALID`. */
  static async open(deps: PartStoreDeps): Promise<PartStore> {
    const store = new PartStore(deps)
    await store.takeUp()
    return store
  }

  /** Parts whose bytes should be on the disk and were not when it was looked. */
  get lost(): number {
    return this.missing
  }

  async record(chunkRoot: Uint8Array): Promise<PartRecord | undefined> {
    const key = partKey(toHex(chunkRoot))
    const text = await this.deps.index.get(key)
    return text === undefined ? undefined : decodePartRecord(key, text)
  }

  /** Whether the part is on the disk and kept until `expiresAt`. */
  async keeps(chunkRoot: Uint8Array, length: number, expiresAt: bigint): Promise<boolean> {
    const record = await this.record(chunkRoot)
    if (record === undefined || record.state === 'expired' || record.length !== length) return false
    return record.expiresAt >= expiresAt && (await this.deps.files.size(chunkRoot)) === length
  }

  /**
   * Stores a part, or keeps it for longer; durable once it resolves. @param time - Seconds of the L2.
   * @throws {DaNodeError} `PART_LENGTH_OTHER`: what is stored is never replaced.
   */
  put(part: NewPart, time: bigint, signal: AbortSignal): Promise<'stored' | 'extended' | 'present'> {
    return this.changes.take(() => this.store(part, time, signal), signal)
  }

  /**
   * The part opened for reading, with its length.
   * @throws {DaNodeError} `PART_UNKNOWN`, `PART_EXPIRED`, `PART_LOST`.
   */
  async openPart(chunkRoot: Uint8Array): Promise<{ readonly file: FileHandle; readonly length: number }> {
    const { length } = await this.stored(chunkRoot)
    const file = await this.deps.files.open(chunkRoot)
    if (file === undefined) return this.gone(chunkRoot)
    return { file, length }
  }

  /** Length of a part that is there. @throws {DaNodeError} as `openPart`. */
  async lengthOf(chunkRoot: Uint8Array): Promise<number> {
    const { length } = await this.stored(chunkRoot)
    if ((await this.deps.files.size(chunkRoot)) !== length) return this.gone(chunkRoot)
    return length
  }

  /** Bytes of a part. @throws {DaNodeError} as `openPart`. */
  async bytesOf(chunkRoot: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { length } = await this.stored(chunkRoot)
    const bytes = await this.deps.files.read(chunkRoot, length, signal)
    if (!(bytes instanceof Uint8Array) || bytes.length !== length) return this.gone(chunkRoot)
    return bytes
  }

  /** Notes what is about to be signed; durable once it resolves. */
  async noteAttestation(digest: Uint8Array, expiresAt: bigint, text: string): Promise<void> {
    const key = attestationKey(expiresAt, toHex(digest))
    if ((await this.deps.index.get(key)) !== undefined) return
    await this.deps.index.batch([put(key, text)], durable)
  }

  /** Lets go what was kept for long enough. @param time - Seconds of the L2. */
  async letGo(time: bigint, signal: AbortSignal): Promise<void> {
    const { index } = this.deps
    const due = await index.keys({ gte: 'due ', lte: dueKey(time, ''), limit: lettingGoAtOnce }).all()
    for (const key of due) {
      const [, , root = ''] = key.split(' ')
      await this.changes.take(() => this.letGoOne(key, root), signal)
    }
    const end = attestationKey(time > keptSeconds ? time - keptSeconds : 0n, '')
    const old = await index.keys({ gte: 'attestation ', lt: end, limit: lettingGoAtOnce }).all()
    if (old.length > 0) await index.batch(old.map(del), durable)
  }

  private async store(part: NewPart, time: bigint, signal: AbortSignal): Promise<'stored' | 'extended' | 'present'> {
    const { index, files } = this.deps
    const { chunkRoot, bytes, claimer } = part
    const root = toHex(chunkRoot)
    const known = await this.record(chunkRoot)
    const before = known?.state === 'stored' ? known : undefined
    // The root says nothing of the length: with zeros added the bytes of another claimer's part have it, too.
    if (before !== undefined && before.length !== bytes.length)
      throw new DaNodeError({ code: 'PART_LENGTH_OTHER', chunkRoot, bytes: bytes.length, stored: before.length })
    await files.put(chunkRoot, bytes, signal)
    if (before !== undefined && before.expiresAt >= part.expiresAt) return 'present'
    const record: PartRecord = {
      state: 'stored',
      length: bytes.length,
      claimer,
      storedAt: before?.storedAt ?? time,
      expiresAt: part.expiresAt,
    }
    await index.batch(
      [
        ...(known === undefined ? [] : [del(dueKey(dueAt(known), root))]),
        put(partKey(root), encodePartRecord(record)),
        put(dueKey(dueAt(record), root), ''),
      ],
      durable,
    )
    if (before !== undefined) {
      this.usage.moved(before.claimer, claimer, bytes.length)
      return 'extended'
    }
    this.usage.stored(claimer, bytes.length, time)
    return 'stored'
  }

  private async letGoOne(key: string, root: string): Promise<void> {
    const { index, files } = this.deps
    const text = await index.get(partKey(root))
    const record = text === undefined ? undefined : decodePartRecord(partKey(root), text)
    // Kept for longer meanwhile.
    if (record !== undefined && dueKey(dueAt(record), root) !== key) return
    if (record === undefined || record.state === 'expired') {
      await index.batch([del(key), del(partKey(root))], durable)
      return
    }
    const expired: PartRecord = { ...record, state: 'expired' }
    await index.batch(
      [del(key), put(partKey(root), encodePartRecord(expired)), put(dueKey(dueAt(expired), root), '')],
      durable,
    )
    this.usage.expired(record.claimer, record.length)
    await files.remove(Buffer.from(root.slice(2), 'hex'))
  }

  private async takeUp(): Promise<void> {
    const { index, files, log } = this.deps
    for await (const [key, text] of index.iterator({ gte: 'part ', lt: 'part~' })) {
      const record = decodePartRecord(key, text)
      if (record.state === 'expired') continue
      this.usage.stored(record.claimer, record.length, record.storedAt)
      const root = key.slice('part '.length)
      if ((await files.size(Buffer.from(root.slice(2), 'hex'))) === record.length) continue
      this.missing += 1
      log.error({ chunkRoot: root, expiresAt: record.expiresAt }, 'a part that was to be kept is not on the disk')
    }
    for await (const chunkRoot of files.all()) {
      const record = await this.record(chunkRoot)
      if (record?.state === 'stored') continue
      log.info({ chunkRoot: toHex(chunkRoot) }, 'removes what a crash left')
      await files.remove(chunkRoot)
    }
  }

  private async stored(chunkRoot: Uint8Array): Promise<PartRecord> {
    const record = await this.record(chunkRoot)
    if (record === undefined) throw new DaNodeError({ code: 'PART_UNKNOWN', chunkRoot })
    if (record.state === 'stored') return record
    throw new DaNodeError({ code: 'PART_EXPIRED', chunkRoot, expiresAt: record.expiresAt })
  }

  private gone(chunkRoot: Uint8Array): never {
    this.deps.log.error({ chunkRoot: toHex(chunkRoot) }, 'a part that was to be kept is not on the disk')
    throw new DaNodeError({ code: 'PART_LOST', chunkRoot })
  }
}
