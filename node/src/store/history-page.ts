import { type ChangeMembers, ChangeMembersType, type Message, type Signature, signatureBytes } from '@parley/protocol'
import { EntryKind, type HistoryRecord } from './chain-records.ts'
import { splitSignatures } from './rare-events.ts'

/**
 * What one block added to the record of one conversation: block, timestamp (8 bytes each, little-endian), then entries,
 * each a kind (1) and, of a message, its SSZ behind the conversation: member (2) and content (32); of a change the length
 * (2) and its SSZ; then how many signatures (1) and these (64 each). The kind is an {@link EntryKind}, with `forcedFlag`
 * when it came through the L2's inbox, and with `withheldFlag`, and no signatures, once they are pruned.
 */
export const pageHeadBytes = 16
const forcedFlag = 0x80
const withheldFlag = 0x40
const kindMask = 0x3f
/** Of a message: member and content, as they lie in a segment's SSZ behind the conversation. */
const spokenBytes = 34
const lengthBytes = 2
const countBytes = 1

export const messageEntryBytes = 1 + spokenBytes + countBytes + signatureBytes

/** Bytes of a change of members as an entry. */
export function changeEntryBytes(change: Uint8Array, signatures: readonly Signature[]): number {
  return 1 + lengthBytes + change.length + countBytes + signatures.length * signatureBytes
}

export const serializeChange = (change: ChangeMembers): Uint8Array => ChangeMembersType.serialize(change)

/** Writes pages into one buffer, each at its own place. */
export class PageWriter {
  readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Each returns where what follows is to be written. */
  head(at: number, block: bigint, timestamp: bigint): number {
    this.view.setBigUint64(at, block, true)
    this.view.setBigUint64(at + 8, timestamp, true)
    return at + pageHeadBytes
  }

  /**
   * @param from - Where member and content lie in `bytes`.
   * @param signedAt - Where the signature lies in `signatures`.
   */
  spoken(at: number, bytes: Uint8Array, from: number, signatures: Uint8Array, signedAt: number): number {
    const to = this.bytes
    to[at] = EntryKind.message
    for (let i = 0; i < spokenBytes; i += 1) to[at + 1 + i] = bytes[from + i] as number
    const signed = at + 1 + spokenBytes
    to[signed] = 1
    for (let i = 0; i < signatureBytes; i += 1) to[signed + 1 + i] = signatures[signedAt + i] as number
    return at + messageEntryBytes
  }

  /** A message that came through the inbox. */
  forcedMessage(
    at: number,
    { member, content }: Omit<Message, 'conversation'>,
    signatures: readonly Signature[],
  ): number {
    this.bytes[at] = EntryKind.message | forcedFlag
    this.view.setUint16(at + 1, member, true)
    this.bytes.set(content, at + 3)
    return this.signed(at + 1 + spokenBytes, signatures)
  }

  change(at: number, change: Uint8Array, signatures: readonly Signature[], forced: boolean): number {
    this.bytes[at] = EntryKind.change | (forced ? forcedFlag : 0)
    this.view.setUint16(at + 1, change.length, true)
    this.bytes.set(change, at + 1 + lengthBytes)
    return this.signed(at + 1 + lengthBytes + change.length, signatures)
  }

  private signed(at: number, signatures: readonly Signature[]): number {
    this.bytes[at] = signatures.length
    signatures.forEach((signature, i) => {
      this.bytes.set(signature, at + countBytes + i * signatureBytes)
    })
    return at + countBytes + signatures.length * signatureBytes
  }
}

/** Walks along the entries of a page without making values of them. */
export class PageReader {
  readonly bytes: Uint8Array
  readonly block: bigint
  readonly timestamp: bigint
  /** Of the entry that the last call of `next` found: its kind and where its parts lie. */
  kind: number = EntryKind.message
  forced = false
  withheld = false
  /** Where the value begins, in SSZ: of a message member and content, or a change. */
  valueAt = 0
  valueBytes = 0
  signaturesAt = 0
  signatures = 0
  private at = pageHeadBytes
  private readonly view: DataView

  /** @throws {RangeError} when it is no page. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.block = this.view.getBigUint64(0, true)
    this.timestamp = this.view.getBigUint64(8, true)
  }

  /** Goes to the next entry. @returns whether there is one. @throws {RangeError} when it is cut short or of no known kind. */
  next(): boolean {
    const { view, bytes } = this
    if (this.at >= bytes.length) return false
    const kind = view.getUint8(this.at)
    this.kind = kind & kindMask
    this.forced = (kind & forcedFlag) !== 0
    this.withheld = (kind & withheldFlag) !== 0
    if (this.kind === EntryKind.message) {
      this.valueAt = this.at + 1
      this.valueBytes = spokenBytes
    } else if (this.kind === EntryKind.change) {
      this.valueAt = this.at + 1 + lengthBytes
      this.valueBytes = view.getUint16(this.at + 1, true)
    } else {
      throw new RangeError(`unknown kind of entry ${this.kind}`)
    }
    const countAt = this.valueAt + this.valueBytes
    this.signatures = this.withheld ? 0 : view.getUint8(countAt)
    this.signaturesAt = countAt + (this.withheld ? 0 : countBytes)
    this.at = this.signaturesAt + this.signatures * signatureBytes
    if (this.at > bytes.length) throw new RangeError(`an entry ends ${this.at - bytes.length} bytes early`)
    return true
  }

  /** Entries left. */
  count(): number {
    let entries = 0
    while (this.next()) entries += 1
    return entries
  }
}

/** Decodes a page. @throws {RangeError} when it is none. */
export function readPage(bytes: Uint8Array): HistoryRecord[] {
  const reader = new PageReader(bytes)
  const { block, timestamp } = reader
  const records: HistoryRecord[] = []
  while (reader.next()) {
    const { forced, withheld, signaturesAt, signatures: count } = reader
    const signatures = withheld
      ? null
      : splitSignatures(bytes.subarray(signaturesAt, signaturesAt + count * signatureBytes))
    records.push({ block, timestamp, forced, signatures, event: readEvent(reader) })
  }
  return records
}

/** The page without its signatures. @throws {RangeError} when it is none. */
export function withoutSignatures(page: Uint8Array): Uint8Array {
  const kept = new Uint8Array(page.length)
  kept.set(page.subarray(0, pageHeadBytes))
  let to = pageHeadBytes
  const reader = new PageReader(page)
  for (let from = pageHeadBytes; reader.next(); from = reader.signaturesAt + reader.signatures * signatureBytes) {
    const end = reader.valueAt + reader.valueBytes
    kept.set(page.subarray(from, end), to)
    kept[to] = (kept[to] as number) | withheldFlag
    to += end - from
  }
  return kept.subarray(0, to)
}

function readEvent({ bytes, kind, valueAt, valueBytes }: PageReader): HistoryRecord['event'] {
  const value = bytes.slice(valueAt, valueAt + valueBytes)
  if (kind === EntryKind.change) return { selector: EntryKind.change, value: ChangeMembersType.deserialize(value) }
  const member = new DataView(value.buffer).getUint16(0, true)
  return { selector: EntryKind.message, value: { member, content: value.slice(2) } }
}
