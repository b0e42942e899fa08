import { type Bytes20, type Bytes32, type ChainConfig, domainSeparator, sameBytes } from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  keyOf,
  lastNumberOf,
  unchecksummed,
} from '@parley/runtime/level'
import { SignerError } from '../faults.ts'

/** A header by its place and root. */
export interface Place {
  readonly lineage: Bytes32
  readonly number: bigint
  readonly root: Bytes32
}

/** A number up to which nothing is signed in a lineage but what is recorded. */
export interface Watermark {
  readonly lineage: Bytes32
  readonly number: bigint
}

/** Whose record it is. */
export interface RecordOwner {
  readonly address: Bytes20
  readonly config: Pick<ChainConfig, 'chainId' | 'inbox'>
}

const ownerKey = keyOf('owner')
const lastKey = keyOf('last')
const highKey = (lineage: Bytes32): Uint8Array => Buffer.concat([keyOf('high/'), lineage])
const rootKey = ({ lineage, number }: Watermark): Uint8Array =>
  Buffer.concat([keyOf('root/'), lineage, keyOf('', number)])

const put = (key: Uint8Array, ...parts: readonly Uint8Array[]): BytesOperation => ({
  type: 'put',
  key,
  value: checksummed(key, ...parts),
})

/**
 * What a key has signed: the root of every place, and the highest number of each lineage. It only grows: nothing is ever
 * taken out of it, and what it holds is durable before a signature is made. Calls come one at a time.
 */
export class SigningRecord {
  private readonly db: BytesLevel

  private constructor(db: BytesLevel) {
    this.db = db
  }

  /** @throws {SignerError} `RECORD_MISSING`, `RECORD_OTHER`, `RECORD_CORRUPT`. */
  static async open(db: BytesLevel, owner: RecordOwner): Promise<SigningRecord> {
    await db.open()
    const record = new SigningRecord(db)
    if (!(await record.isOf(owner)))
      throw new SignerError({
        code: 'RECORD_MISSING',
        cure: 'make one with `parley signer init`; when this key has signed before, name --watermark LINEAGE:N, with N at least every number that any replica, node, relay or claim has of that lineage',
      })
    return record
  }

  /**
   * Begins the record of a key, or raises the marks of one that is there; never lowers any.
   * @throws {SignerError} `RECORD_OTHER`, `RECORD_CORRUPT`.
   */
  static async begin(db: BytesLevel, owner: RecordOwner, watermarks: readonly Watermark[]): Promise<SigningRecord> {
    await db.open()
    const record = new SigningRecord(db)
    const isThere = await record.isOf(owner)
    const operations = isThere ? [] : [put(ownerKey, owner.address, separatorOf(owner))]
    const raised = new Map<string, bigint>()
    for (const { lineage, number } of watermarks) {
      const name = Buffer.from(lineage).toString('hex')
      const highest = raised.get(name) ?? (await record.highest(lineage))
      if (highest !== undefined && highest >= number) continue
      raised.set(name, number)
      operations.push(put(highKey(lineage), keyOf('', number)), put(lastKey, lineage))
    }
    if (operations.length > 0) await db.batch(operations, durable)
    return record
  }

  /** The highest number of a lineage that may have been signed; undefined when none was. @throws {SignerError} `RECORD_CORRUPT`. */
  async highest(lineage: Bytes32): Promise<bigint | undefined> {
    const content = await this.read(highKey(lineage), 8, 'highest number of a lineage')
    return content === undefined ? undefined : lastNumberOf(content)
  }

  /** The root that is recorded for a place. @throws {SignerError} `RECORD_CORRUPT`. */
  root(place: Watermark): Promise<Bytes32 | undefined> {
    return this.read(rootKey(place), 32, 'root of a header')
  }

  /** The highest place of the lineage that was recorded last. @throws {SignerError} `RECORD_CORRUPT`. */
  async last(): Promise<(Watermark & { readonly root: Bytes32 | undefined }) | undefined> {
    const lineage = await this.read(lastKey, 32, 'last lineage')
    if (lineage === undefined) return undefined
    const number = await this.highest(lineage)
    if (number === undefined) throw new SignerError({ code: 'RECORD_CORRUPT', what: 'highest number of a lineage' })
    return { lineage, number, root: await this.root({ lineage, number }) }
  }

  /**
   * Makes it known for ever that a header takes its place, unless that is known; only then may it be signed.
   * @throws {SignerError} `SECOND_HEADER`, `NUMBER_PASSED`, `RECORD_CORRUPT`.
   */
  async take(place: Place): Promise<void> {
    const { lineage, number, root } = place
    const signed = await this.root(place)
    if (signed !== undefined) {
      if (sameBytes(signed, root)) return
      throw new SignerError({ code: 'SECOND_HEADER', lineage, number, signed, refused: root })
    }
    const highest = await this.highest(lineage)
    if (highest !== undefined && number <= highest)
      throw new SignerError({ code: 'NUMBER_PASSED', lineage, number, highest })
    await this.db.batch(
      [put(rootKey(place), root), put(highKey(lineage), keyOf('', number)), put(lastKey, lineage)],
      durable,
    )
  }

  /** Whether there is a record at all. @throws {SignerError} `RECORD_OTHER`, `RECORD_CORRUPT`. */
  private async isOf(owner: RecordOwner): Promise<boolean> {
    const content = await this.read(ownerKey, 52, 'owner of the record')
    if (content === undefined) return false
    const [address, deployment] = [content.slice(0, 20), content.slice(20)]
    if (!sameBytes(address, owner.address))
      throw new SignerError({ code: 'RECORD_OTHER', field: 'address', expected: owner.address, received: address })
    const expected = separatorOf(owner)
    if (!sameBytes(deployment, expected))
      throw new SignerError({ code: 'RECORD_OTHER', field: 'deployment', expected, received: deployment })
    return true
  }

  private async read(key: Uint8Array, length: number, what: string): Promise<Uint8Array | undefined> {
    const value = await this.db.get(key)
    if (value === undefined) return undefined
    const content = unchecksummed(key, value)
    if (content?.length !== length) throw new SignerError({ code: 'RECORD_CORRUPT', what })
    return Uint8Array.from(content)
  }
}

const separatorOf = ({ config }: RecordOwner): Uint8Array => domainSeparator(config.chainId, config.inbox)
