import type { Type } from '@chainsafe/ssz'
import { joinBytes, toHex } from '@parley/protocol'
import { type BytesLevel, type BytesOperation, checksummed, keyOf, unchecksummed } from '@parley/runtime/level'
import { PdsError } from '../faults.ts'

/** A number as a part of a key: keys sort as it counts. */
export const numberKey = (number: bigint): Uint8Array => keyOf('', number)

/** Rows of one SSZ type under keys that begin alike. */
export class Table<V> {
  private readonly db: BytesLevel
  private readonly prefix: string
  private readonly type: Type<V>

  constructor(db: BytesLevel, prefix: string, type: Type<V>) {
    this.db = db
    this.prefix = prefix
    this.type = type
  }

  put(parts: readonly Uint8Array[], value: V): BytesOperation {
    const key = this.key(parts)
    return { type: 'put', key, value: checksummed(key, this.type.serialize(value)) }
  }

  delete(parts: readonly Uint8Array[]): BytesOperation {
    return { type: 'del', key: this.key(parts) }
  }

  /** @throws {PdsError} `RECORD_INVALID`. */
  async get(...parts: readonly Uint8Array[]): Promise<V | undefined> {
    const key = this.key(parts)
    const value = await this.db.get(key)
    return value === undefined ? undefined : this.read(key, value)
  }

  /**
   * Rows whose keys begin with some parts, from one on, with what the keys hold behind those parts.
   * @throws {PdsError} `RECORD_INVALID`.
   */
  async *rows(
    parts: readonly Uint8Array[],
    { from = new Uint8Array(0), limit }: { readonly from?: Uint8Array; readonly limit?: number } = {},
  ): AsyncGenerator<{ readonly rest: Uint8Array; readonly value: V }> {
    const begin = this.key(parts)
    const range = { gte: joinBytes([begin, from]), lt: after(begin), ...(limit !== undefined && { limit }) }
    for await (const [key, value] of this.db.iterator(range))
      yield { rest: Uint8Array.from(key.subarray(begin.length)), value: this.read(key, value) }
  }

  /** Deletes rows whose keys begin with some parts, from one on. */
  async clear(parts: readonly Uint8Array[], from: Uint8Array = new Uint8Array(0)): Promise<void> {
    const begin = this.key(parts)
    await this.db.clear({ gte: joinBytes([begin, from]), lt: after(begin) })
  }

  private key(parts: readonly Uint8Array[]): Uint8Array {
    return joinBytes([keyOf(this.prefix), ...parts])
  }

  private read(key: Uint8Array, stored: Uint8Array): V {
    const bytes = unchecksummed(key, stored)
    const record = `${this.prefix}${toHex(key.subarray(this.prefix.length))}`
    if (bytes === undefined)
      throw new PdsError({ code: 'RECORD_INVALID', record, reason: 'the checksum does not hold' })
    try {
      return this.type.deserialize(Uint8Array.from(bytes))
    } catch (cause) {
      throw new PdsError({ code: 'RECORD_INVALID', record, reason: 'it does not decode' }, { cause })
    }
  }
}

/** The first key behind all that begin so. No prefix here ends in 0xff alone. */
function after(begin: Uint8Array): Uint8Array {
  const next = Uint8Array.from(begin)
  for (let i = next.length - 1; i >= 0; i -= 1) {
    next[i] = ((next[i] as number) + 1) % 256
    if (next[i] !== 0) return next.subarray(0, i + 1)
  }
  return Uint8Array.of(255)
}
