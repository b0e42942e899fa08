import type { ValueOf } from '@chainsafe/ssz'
import { type ConversationEntry, limits } from '@parley/protocol/light'
import { RequestError } from '../faults.ts'
import {
  type BucketCursor,
  clientRecordTypes,
  type FeedBucket,
  type FeedCursor,
  type FeedPlace,
  feedLevels,
  feedLimits,
  serverRecordTypes,
} from './frame-types.ts'

type ServerTypes = typeof serverRecordTypes

/** Values of a record that carries entries. */
interface EntriesValue {
  readonly place: FeedPlace
  readonly level: number
  readonly entries: readonly ConversationEntry[]
}

/** What a server tells, by kind. */
export type ServerValues = {
  readonly [K in keyof ServerTypes]: K extends 'entries' ? EntriesValue : ValueOf<ServerTypes[K]['type']>
}
export type ServerRecord = {
  readonly [K in keyof ServerValues]: { readonly kind: K; readonly value: ServerValues[K] }
}[keyof ServerValues]

/** A change of what a socket follows. */
export interface Mutation {
  readonly id: number
  /** One of {@link feedLevels}. */
  readonly level: number
  readonly historyOnly: boolean
  readonly add: readonly FeedCursor[]
  readonly remove: readonly FeedPlace[]
}

/** A change of which buckets a socket watches. */
export interface Watch {
  readonly id: number
  /** One of {@link feedLevels}. */
  readonly level: number
  readonly add: readonly BucketCursor[]
  readonly remove: readonly FeedBucket[]
}

/** What a client asks. */
export type ClientRecord =
  | { readonly kind: 'watch'; readonly value: Watch }
  | { readonly kind: 'mutate'; readonly value: Mutation }
  | { readonly kind: 'ping'; readonly value: { readonly id: number } }

/** Bytes before the body of a record: its number 1, the length of its body 4. */
export const recordHeadBytes = 5

interface RecordType {
  readonly number: number
  readonly type: { serialize(value: never): Uint8Array; deserialize(bytes: Uint8Array): unknown }
}

const kindsOf = (types: Readonly<Record<string, RecordType>>): ReadonlyMap<number, readonly [string, RecordType]> =>
  new Map(Object.entries(types).map((entry) => [entry[1].number, entry]))
const serverKinds = kindsOf(serverRecordTypes)
const clientKinds = kindsOf(clientRecordTypes)

/** Writes the head of a record whose body has `bytes`. */
export function writeRecordHead(record: Uint8Array, number: number, bytes: number): void {
  record[0] = number
  new DataView(record.buffer, record.byteOffset).setUint32(1, bytes, true)
}

function encode({ number, type }: RecordType, value: unknown): Uint8Array {
  const body = type.serialize(value as never)
  const record = new Uint8Array(recordHeadBytes + body.length)
  writeRecordHead(record, number, body.length)
  record.set(body, recordHeadBytes)
  return record
}

/** One record of a server. A frame is one or more of them. */
export function encodeServerRecord<K extends keyof ServerValues>(kind: K, value: ServerValues[K]): Uint8Array {
  return encode(serverRecordTypes[kind], value)
}

/** A frame of one record, as a client sends it. */
export function encodeClientRecord({ kind, value }: ClientRecord): Uint8Array {
  return encode(clientRecordTypes[kind], value)
}

/** All records of a server's frame. @throws {RequestError} `BODY_MALFORMED`, `FIELD_INVALID`. */
export function decodeServerFrame(frame: Uint8Array): ServerRecord[] {
  return decodeFrame(frame, serverKinds) as ServerRecord[]
}

/** All records of a client's frame. @throws {RequestError} `BODY_MALFORMED`, `FIELD_INVALID`, `BODY_SIZE`. */
export function decodeClientFrame(frame: Uint8Array): ClientRecord[] {
  const maximum = feedLimits.clientFrameBytes
  if (frame.length > maximum)
    throw new RequestError({
      code: 'BODY_SIZE',
      bytes: frame.length,
      minimum: recordHeadBytes,
      maximum,
      multipleOf: 1,
    })
  const records = decodeFrame(frame, clientKinds) as ClientRecord[]
  for (const record of records) {
    if (record.kind === 'mutate') assertMutation(record.value)
    if (record.kind === 'watch') assertWatch(record.value)
  }
  return records
}

function decodeFrame(
  frame: Uint8Array,
  kinds: ReturnType<typeof kindsOf>,
): { readonly kind: string; readonly value: unknown }[] {
  if (frame.length === 0) throw malformed('the frame is empty')
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const records: { kind: string; value: unknown }[] = []
  let at = 0
  while (at < frame.length) {
    if (frame.length - at < recordHeadBytes) throw malformed(`the record at byte ${at} has no whole head`)
    const known = kinds.get(view.getUint8(at))
    if (known === undefined) throw malformed(`the record at byte ${at} has the unknown number ${view.getUint8(at)}`)
    const length = view.getUint32(at + 1, true)
    const body = at + recordHeadBytes
    if (length > frame.length - body) throw malformed(`the record at byte ${at} is longer than its frame`)
    const [kind, { type }] = known
    records.push({ kind, value: decodeBody(kind, type, frame.subarray(body, body + length)) })
    at = body + length
  }
  return records
}

function decodeBody(kind: string, type: RecordType['type'], body: Uint8Array): unknown {
  try {
    // A copy: byte fields of what is decoded would share memory with the frame.
    return type.deserialize(new Uint8Array(body))
  } catch (cause) {
    throw new RequestError({ code: 'BODY_MALFORMED', reason: `${kind} is not SSZ of its type` }, { cause })
  }
}

const malformed = (reason: string): RequestError => new RequestError({ code: 'BODY_MALFORMED', reason })

const knownLevels: ReadonlySet<number> = new Set(Object.values(feedLevels))

function assertMutation({ level, add, remove }: Mutation): void {
  assertLevel(level)
  for (const [field, places] of [['add', add] as const, ['remove', remove] as const])
    assertDistinct(field, places, ({ index }) => index)
}

function assertWatch({ level, add, remove }: Watch): void {
  assertLevel(level)
  for (const [field, buckets] of [['add', add] as const, ['remove', remove] as const]) {
    for (const { bits, prefix } of buckets) {
      const maximum = feedLimits.bucketBits
      if (bits > maximum)
        throw new RequestError({ code: 'FIELD_INVALID', field: `${field}.bits`, expected: `${maximum} at most` })
      if (prefix >= 2 ** bits)
        throw new RequestError({ code: 'FIELD_INVALID', field: `${field}.prefix`, expected: 'below 2^bits' })
    }
    assertDistinct(field, buckets, ({ bits, prefix }) => bits * 2 ** 32 + prefix)
  }
}

function assertLevel(level: number): void {
  if (!knownLevels.has(level))
    throw new RequestError({ code: 'FIELD_INVALID', field: 'level', expected: [...knownLevels].join(' or ') })
}

/** Each shard exists, and nothing is named twice. */
function assertDistinct<T extends { readonly shard: number }>(
  field: string,
  named: readonly T[],
  within: (each: T) => number,
): void {
  const seen = new Set<number>()
  for (const each of named) {
    if (each.shard >= limits.shards)
      throw new RequestError({ code: 'FIELD_INVALID', field: `${field}.shard`, expected: `below ${limits.shards}` })
    const key = within(each) * limits.shards + each.shard
    if (seen.has(key)) throw new RequestError({ code: 'FIELD_INVALID', field, expected: 'each one once' })
    seen.add(key)
  }
}
