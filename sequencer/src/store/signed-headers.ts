import { type Bytes32, type ChainConfig, domainSeparator, sameBytes } from '@parley/protocol'
import { type BytesLevel, checksummed, durable, keyOf, lastNumberOf, unchecksummed } from '@parley/runtime/level'
import { SequencerError } from '../faults.ts'

/** A header by its place and root. */
export interface KnownHeader {
  readonly lineage: Bytes32
  readonly number: bigint
  readonly root: Bytes32
}

const prefix = keyOf('signed/')

/**
 * The memory of a header key: the highest number signed in each lineage, with its root. It is kept beside the key and
 * never restored from a copy: what it holds is durable before a signature leaves.
 */
export class SignedHeaders {
  private readonly db: BytesLevel
  private readonly separator: Uint8Array
  private last: KnownHeader | undefined

  private constructor(db: BytesLevel, separator: Uint8Array) {
    this.db = db
    this.separator = separator
  }

  static async open(db: BytesLevel, { chainId, inbox }: ChainConfig): Promise<SignedHeaders> {
    await db.open()
    return new SignedHeaders(db, domainSeparator(chainId, inbox))
  }

  /** The highest header signed in a lineage; undefined when none was. @throws {SequencerError} `STORE_CORRUPT`. */
  async highest(lineage: Bytes32): Promise<KnownHeader | undefined> {
    if (this.last !== undefined && sameBytes(this.last.lineage, lineage)) return this.last
    const key = this.keyOf(lineage)
    const value = await this.db.get(key)
    if (value === undefined) return undefined
    const content = unchecksummed(key, value)
    if (content?.length !== 40)
      throw new SequencerError({
        code: 'STORE_CORRUPT',
        what: 'mark of signed headers',
        number: 0n,
        reason: 'the checksum does not hold',
      })
    return { lineage, number: lastNumberOf(content.subarray(0, 8)), root: Uint8Array.from(content.subarray(8)) }
  }

  /**
   * Demands that a header may be signed.
   * @throws {SequencerError} `SECOND_HEADER` for another root under the highest number and for every lower number.
   */
  async assertMaySign({ lineage, number, root }: KnownHeader): Promise<void> {
    const highest = await this.highest(lineage)
    if (highest === undefined || number > highest.number) return
    if (number < highest.number || !sameBytes(root, highest.root))
      throw new SequencerError({ code: 'SECOND_HEADER', block: number, stored: highest.root, refused: root })
  }

  /** Resolves when a header that may be signed is known for ever. Its signature must not leave before. */
  async record(header: KnownHeader): Promise<void> {
    const { lineage, number, root } = header
    const key = this.keyOf(lineage)
    await this.db.batch([{ type: 'put', key, value: checksummed(key, keyOf('', number), root) }], durable)
    this.last = header
  }

  private keyOf(lineage: Bytes32): Uint8Array {
    return Buffer.concat([prefix, this.separator, lineage])
  }
}
