import { fromHex, toHex } from '@parley/protocol'
import type { AbstractLevel } from 'abstract-level'
import { reasonOf, refused, unavailable } from '../../fault.ts'
import { committeeLayer } from '../layer.ts'

/** Where pointers are kept, by the SHA-256 of their data in hexadecimal digits. */
export type CertificateLevel = AbstractLevel<string | Buffer | Uint8Array, string, string>

export interface StoredPointer {
  readonly pointer: Uint8Array
  /** Wei that the members are owed for it. */
  readonly cost: bigint
  /** Seconds of the L2. */
  readonly expiresAt: bigint
}

/** Not a fresh literal where it is used: the abstract type does not name LevelDB's `sync`. */
const durable = { keyEncoding: 'utf8', sync: true }
const form = /^(0x[0-9a-f]+) (\d+) (\d+)$/
const forgottenAtOnce = 64

/** Remembers certificates across restarts, so that the same bytes are one publication. */
export class CertificateStore {
  private readonly level: CertificateLevel

  constructor(level: CertificateLevel) {
    this.level = level
  }

  /** Ties the store to one committee. @throws {DaError} `DA_REFUSED` when it belongs to another. */
  async bind(identity: string): Promise<void> {
    const found = await this.disk(() => this.level.get('identity'))
    if (found === undefined) return this.disk(() => this.level.put('identity', identity, durable))
    if (found !== identity)
      throw refused(committeeLayer, `the store belongs to ${found}, not to ${identity}: start over an empty directory`)
  }

  async load(digest: Uint8Array): Promise<StoredPointer | undefined> {
    const text = await this.disk(() => this.level.get(keyOf(digest)))
    if (text === undefined) return undefined
    const [, pointer, cost = '', expiresAt = ''] = form.exec(text) ?? []
    const bytes = fromHex(pointer)
    if (bytes === undefined)
      throw unavailable(committeeLayer, `the store holds no readable pointer of ${toHex(digest)}`)
    return { pointer: bytes, cost: BigInt(cost), expiresAt: BigInt(expiresAt) }
  }

  /** Durable once it resolves. @param time - Seconds of the L2: what expired before it is forgotten, a little at a time. */
  async save(entries: ReadonlyMap<Uint8Array, StoredPointer>, time: bigint): Promise<void> {
    const due = await this.disk(() =>
      this.level.keys({ gte: 'until ', lt: untilKey(time, ''), limit: forgottenAtOnce }).all(),
    )
    const forgotten = await Promise.all(due.map((key) => this.forgotten(key, time)))
    const operations = [
      ...forgotten.flat().map((key) => ({ type: 'del' as const, key })),
      ...[...entries].flatMap(([digest, { pointer, cost, expiresAt }]) => [
        { type: 'put' as const, key: keyOf(digest), value: `${toHex(pointer)} ${cost} ${expiresAt}` },
        { type: 'put' as const, key: untilKey(expiresAt, toHex(digest)), value: '' },
      ]),
    ]
    await this.disk(() => this.level.batch(operations, durable))
  }

  /** Keys that go with one of `until`: the pointer's, too, unless a later certificate took its place. */
  private async forgotten(key: string, time: bigint): Promise<readonly string[]> {
    const digest = fromHex(key.split(' ')[2]) ?? new Uint8Array(0)
    const stored = await this.load(digest)
    return stored === undefined || stored.expiresAt >= time ? [key] : [key, keyOf(digest)]
  }

  private async disk<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      throw unavailable(committeeLayer, `the store does not answer: ${reasonOf(error)}`, error)
    }
  }
}

const keyOf = (digest: Uint8Array): string => `pointer ${toHex(digest)}`
const untilKey = (time: bigint, digest: string): string => `until ${String(time).padStart(20, '0')} ${digest}`
