import { BlockHeaderType, type Bytes32, type SignedHeader, SignedHeaderType, sameBytes, toHex } from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  keyOf,
  lazy,
  unchecksummed,
} from '@parley/runtime/level'
import { NetworkError } from '../faults.ts'
import { networkLimits } from '../limits.ts'
import { type EvidencePair, EvidencePairType } from '../wire/forms.ts'

const headerPrefix = 'head/'
const headerRange = { gte: keyOf(headerPrefix), lt: keyOf('head0') }
const evidencePrefix = 'proof/'
const evidenceRange = { gte: keyOf(evidencePrefix), lt: keyOf('proof0') }

const placeOf = ({ number, lineage }: SignedHeader['header']): string => `${toHex(lineage)}/${number}`
export const rootOf = ({ header }: SignedHeader): Bytes32 => BlockHeaderType.hashTreeRoot(header)

interface Remembered {
  readonly signed: SignedHeader
  readonly root: Bytes32
}

/** What a signed header is to those that are known: the first of its place, the same, or another one. */
export type Standing = 'first' | 'known' | 'second'

/**
 * The first signed header of each place, and for ever the evidence where there was a second. Nothing is taken in here that
 * was not found signed.
 */
export class HeaderBook {
  private readonly db: BytesLevel
  /** In the order in which they came. */
  private readonly headers = new Map<string, Remembered>()
  private readonly pairs = new Map<string, EvidencePair>()
  private latest: SignedHeader | undefined

  private constructor(db: BytesLevel) {
    this.db = db
  }

  /** @throws {NetworkError} `NETWORK_STORE_CORRUPT` when evidence is damaged; damaged headers are left out. */
  static async open(db: BytesLevel): Promise<HeaderBook> {
    const book = new HeaderBook(db)
    for await (const [key, value] of db.iterator(headerRange)) {
      const content = unchecksummed(key, value)
      if (content !== undefined) book.remember(SignedHeaderType.deserialize(Uint8Array.from(content)))
    }
    for await (const [key, value] of db.iterator(evidenceRange)) {
      const content = unchecksummed(key, value)
      if (content === undefined) throw new NetworkError({ code: 'NETWORK_STORE_CORRUPT', what: 'evidence' })
      const pair = EvidencePairType.deserialize(Uint8Array.from(content))
      book.pairs.set(placeOf(pair.a.header), pair)
    }
    return book
  }

  /** The highest header that was found signed. */
  get head(): SignedHeader | undefined {
    return this.latest
  }

  get evidenceCount(): number {
    return this.pairs.size
  }

  /** Pieces of evidence, the newest last. */
  evidence(): readonly EvidencePair[] {
    return [...this.pairs.values()]
  }

  /** What a header would be, without taking it in. */
  standingOf(signed: SignedHeader): Standing {
    const known = this.headers.get(placeOf(signed.header))
    if (known === undefined) return 'first'
    return sameBytes(known.root, rootOf(signed)) ? 'known' : 'second'
  }

  /** The first header of the place of another one. */
  besides({ header }: SignedHeader): SignedHeader | undefined {
    return this.headers.get(placeOf(header))?.signed
  }

  hasEvidenceAt({ header }: SignedHeader): boolean {
    return this.pairs.has(placeOf(header))
  }

  /** Signed headers of a lineage by number, of those that are still remembered; ends with the first that is not. */
  from(lineage: Bytes32, from: bigint, count: number): readonly SignedHeader[] {
    const found: SignedHeader[] = []
    for (let i = 0; i < count; i += 1) {
      const known = this.headers.get(`${toHex(lineage)}/${from + BigInt(i)}`)
      if (known === undefined) break
      found.push(known.signed)
    }
    return found
  }

  /** Remembers a header that its key signed. What it is to others is known at once; the promise is of the disk. */
  add(signed: SignedHeader): { readonly standing: Standing; readonly stored: Promise<void> } {
    const standing = this.standingOf(signed)
    if (standing !== 'first') return { standing, stored: Promise.resolve() }
    this.remember(signed)
    const key = headerKey(signed)
    const operations: BytesOperation[] = [
      { type: 'put', key, value: checksummed(key, SignedHeaderType.serialize(signed)) },
    ]
    for (const [place, oldest] of this.headers) {
      if (this.headers.size <= networkLimits.headersRemembered) break
      this.headers.delete(place)
      operations.push({ type: 'del', key: headerKey(oldest.signed) })
    }
    return { standing, stored: this.db.batch(operations, lazy) }
  }

  /** Keeps evidence for ever. @returns whether it was new; false, too, when as much is kept as may be. */
  async keep(pair: EvidencePair): Promise<boolean> {
    if (this.hasEvidenceAt(pair.a) || this.pairs.size >= networkLimits.evidenceKept) return false
    this.pairs.set(placeOf(pair.a.header), pair)
    const key = keyOf(`${evidencePrefix}${toHex(pair.a.header.lineage)}/`, pair.a.header.number)
    await this.db.batch([{ type: 'put', key, value: checksummed(key, EvidencePairType.serialize(pair)) }], durable)
    return true
  }

  private remember(signed: SignedHeader): void {
    this.headers.set(placeOf(signed.header), { signed, root: rootOf(signed) })
    if (this.latest === undefined || signed.header.number > this.latest.header.number) this.latest = signed
  }

  /** A new lineage is in force: what is highest counts from there. */
  follow(lineage: Bytes32): void {
    if (this.latest === undefined || sameBytes(this.latest.header.lineage, lineage)) return
    this.latest = undefined
    for (const { signed } of this.headers.values())
      if (sameBytes(signed.header.lineage, lineage) && signed.header.number > (this.latest?.header.number ?? -1n))
        this.latest = signed
  }
}

const headerKey = ({ header }: SignedHeader): Uint8Array =>
  Buffer.concat([keyOf(headerPrefix, header.number), Buffer.from(header.lineage)])
