import { type JournalPosition, maxJournalRecordBytes } from '@parley/protocol'

/** Bytes of one message at most; JetStream's servers take 1 MiB unless told otherwise. */
export const maxMessageBytes = 512 * 1024

/** One message of the stream: the records of one group commit, the beginning of a term, or its leader's last word. */
export type StreamMessage = RecordsMessage | TermMessage | LeaveMessage

/** Without records it shows that its leader lives. */
export interface RecordsMessage {
  readonly kind: 'records'
  readonly term: bigint
  /** Position of the first record. */
  readonly first: JournalPosition
  /** Digest of all valid messages before it: 32 bytes. */
  readonly previous: Uint8Array
  /** 1 byte to 256 KiB each. */
  readonly records: readonly Uint8Array[]
}

export interface TermMessage {
  readonly kind: 'term'
  readonly term: bigint
  /** Name of the replica that takes over: 1 to 64 characters `a` to `z`, `0` to `9`, `-`. */
  readonly replica: string
  /** 16 bytes drawn when the replica was started: nobody leads by a message of an earlier life. */
  readonly life: Uint8Array
}

/** Its leader appends nothing more. It counts for nothing that follows from the stream: who stands by need not wait. */
export interface LeaveMessage {
  readonly kind: 'leave'
  readonly term: bigint
  /** Digest of all valid messages of the term: 32 bytes. */
  readonly previous: Uint8Array
}

const version = 1
const kinds = { records: 1, term: 2, leave: 3 } as const
const commonBytes = 10
const recordsHeadBytes = commonBytes + 8 + 32 + 4
const lifeBytes = 16
const leaveBytes = commonBytes + 32

/** Bytes that a message of these records has. */
export function messageBytes(records: readonly Uint8Array[]): number {
  return records.reduce((sum, { length }) => sum + 4 + length, recordsHeadBytes)
}

export const replicaName = /^[a-z0-9-]{1,64}$/

export function encodeMessage(message: StreamMessage): Uint8Array {
  if (message.kind === 'term') return encodeTerm(message)
  if (message.kind === 'leave') return encodeLeave(message)
  const bytes = new Uint8Array(messageBytes(message.records))
  const view = begin(bytes, message)
  view.setBigUint64(commonBytes, message.first)
  bytes.set(message.previous, commonBytes + 8)
  view.setUint32(recordsHeadBytes - 4, message.records.length)
  let offset = recordsHeadBytes
  for (const record of message.records) {
    view.setUint32(offset, record.length)
    bytes.set(record, offset + 4)
    offset += 4 + record.length
  }
  return bytes
}

/** @returns undefined for what no replica wrote. Records are views of `bytes`. */
export function decodeMessage(bytes: Uint8Array): StreamMessage | undefined {
  if (bytes.length < commonBytes || bytes.length > maxMessageBytes || bytes[0] !== version) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const term = view.getBigUint64(2)
  if (bytes[1] === kinds.term) return decodeTerm(bytes, term)
  if (bytes[1] === kinds.leave)
    return bytes.length === leaveBytes ? { kind: 'leave', term, previous: bytes.slice(commonBytes) } : undefined
  if (bytes[1] !== kinds.records || bytes.length < recordsHeadBytes) return undefined
  const records: Uint8Array[] = []
  const count = view.getUint32(recordsHeadBytes - 4)
  let offset = recordsHeadBytes
  while (records.length < count && offset + 4 <= bytes.length) {
    const length = view.getUint32(offset)
    offset += 4
    if (length === 0 || length > maxJournalRecordBytes || offset + length > bytes.length) return undefined
    records.push(bytes.subarray(offset, offset + length))
    offset += length
  }
  if (records.length !== count || offset !== bytes.length) return undefined
  const previous = bytes.slice(commonBytes + 8, commonBytes + 40)
  return { kind: 'records', term, first: view.getBigUint64(commonBytes), previous, records }
}

function begin(bytes: Uint8Array, { kind, term }: StreamMessage): DataView {
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  bytes[1] = kinds[kind]
  view.setBigUint64(2, term)
  return view
}

function encodeTerm(message: TermMessage): Uint8Array {
  const name = new TextEncoder().encode(message.replica)
  const bytes = new Uint8Array(commonBytes + lifeBytes + name.length)
  begin(bytes, message)
  bytes.set(message.life, commonBytes)
  bytes.set(name, commonBytes + lifeBytes)
  return bytes
}

function encodeLeave(message: LeaveMessage): Uint8Array {
  const bytes = new Uint8Array(leaveBytes)
  begin(bytes, message)
  bytes.set(message.previous, commonBytes)
  return bytes
}

function decodeTerm(bytes: Uint8Array, term: bigint): TermMessage | undefined {
  const name = bytes.subarray(commonBytes + lifeBytes)
  const replica = String.fromCharCode(...name.subarray(0, 65))
  if (!replicaName.test(replica)) return undefined
  return { kind: 'term', term, replica, life: bytes.slice(commonBytes, commonBytes + lifeBytes) }
}
