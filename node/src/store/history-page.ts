import { type ChangeMembers, ChangeMembersType, type Message } from '@parley/protocol'
import { EntryKind, type HistoryRecord } from './chain-records.ts'

/**
 * What one block added to the record of one conversation: block, timestamp (8 bytes each, little-endian), then entries,
 * each a kind (1) and, of a message, its SSZ behind the conversation: member (2) and content (32); of a change the length
 * (2) and its SSZ. The kind is an {@link EntryKind}, with `forcedFlag` when it came through the L2's inbox.
 */
export const pageHeadBytes = 16
const forcedFlag = 0x80
/** Of a message: member and content, as they lie in a segment's SSZ behind the conversation. */
export const spokenBytes = 34
export const messageEntryBytes = 1 + spokenBytes
const memberBytes = 2
const lengthBytes = 2

/** SSZ of a change of members as an entry. */
export function changeEntryBytes(change: Uint8Array): number {
  return 1 + lengthBytes + change.length
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

  /** @param from - Where member and content lie in `bytes`. */
  spoken(at: number, bytes: Uint8Array, from: number): number {
    const to = this.bytes
    to[at] = EntryKind.message
    for (let i = 0; i < spokenBytes; i += 1) to[at + 1 + i] = bytes[from + i] as number
    return at + messageEntryBytes
  }

  /** A message that came through the inbox. */
  forcedMessage(at: number, { member, content }: Omit<Message, 'conversation'>): number {
    this.bytes[at] = EntryKind.message | forcedFlag
    this.view.setUint16(at + 1, member, true)
    this.bytes.set(content, at + 1 + memberBytes)
    return at + messageEntryBytes
  }

  change(at: number, change: Uint8Array, forced: boolean): number {
    this.bytes[at] = EntryKind.change | (forced ? forcedFlag : 0)
    this.view.setUint16(at + 1, change.length, true)
    this.bytes.set(change, at + 1 + lengthBytes)
    return at + changeEntryBytes(change)
  }
}

/** Decodes a page. @throws {RangeError} when it is none. */
export function readPage(bytes: Uint8Array): HistoryRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const block = view.getBigUint64(0, true)
  const timestamp = view.getBigUint64(8, true)
  const records: HistoryRecord[] = []
  for (let at = pageHeadBytes; at < bytes.length; ) {
    const kind = view.getUint8(at)
    const forced = (kind & forcedFlag) !== 0
    const end = at + entryBytesAt(view, at)
    if (end > bytes.length) throw new RangeError(`an entry ends ${end - bytes.length} bytes early`)
    records.push({ block, timestamp, place: records.length, forced, event: readEvent(bytes, view, at, end) })
    at = end
  }
  return records
}

function entryBytesAt(view: DataView, at: number): number {
  const kind = view.getUint8(at) & ~forcedFlag
  if (kind === EntryKind.message) return messageEntryBytes
  if (kind === EntryKind.change) return 1 + lengthBytes + view.getUint16(at + 1, true)
  throw new RangeError(`unknown kind of entry ${kind}`)
}

function readEvent(bytes: Uint8Array, view: DataView, at: number, end: number): HistoryRecord['event'] {
  if ((view.getUint8(at) & ~forcedFlag) === EntryKind.message) {
    const member = view.getUint16(at + 1, true)
    return { selector: EntryKind.message, value: { member, content: bytes.slice(at + 1 + memberBytes, end) } }
  }
  const value = ChangeMembersType.deserialize(bytes.slice(at + 1 + lengthBytes, end))
  return { selector: EntryKind.change, value }
}
