import { ByteListType, ByteVectorType, ContainerType } from '@chainsafe/ssz'
import { Bytes32Type, Uint8Type, Uint64Type } from '@parley/protocol/light'
import { invalid, MessagingError } from '../faults.ts'
import { bounded, decodeExactly, decodeText, encodeText } from './ssz.ts'

const version = 1
const bounds = { type: 32, fallback: 256, body: 1_048_576 } as const

/** What an application message encrypts. @see docs/spec/messaging.md#payloads */
const PayloadType = new ContainerType(
  {
    version: Uint8Type,
    id: new ByteVectorType(16),
    type: new ByteListType(bounds.type),
    seenMessages: Uint64Type,
    seenChanges: Uint64Type,
    seenHead: Bytes32Type,
    sentAt: Uint64Type,
    fallback: new ByteListType(bounds.fallback),
    body: new ByteListType(bounds.body),
  },
  { typeName: 'Payload' },
)

/** What somebody says, and what the record was to it then. */
export interface Payload {
  /** 16 random bytes, the message's name within its conversation: others refer to it by them. */
  readonly id: Uint8Array
  /** `text/1` and others of ours; applications add `authority/type/version`. */
  readonly type: string
  /** The record that its author had: entries of both kinds, and the head behind them. */
  readonly seen: { readonly messages: bigint; readonly changes: bigint; readonly head: Uint8Array }
  /** Milliseconds since 1970, by its author. */
  readonly sentAt: bigint
  /** What is shown by those who do not know the type. */
  readonly fallback: string
  readonly body: Uint8Array
}

/** What is said, before it has a name and a time. */
export type Draft = Pick<Payload, 'type' | 'body' | 'fallback'>

const typePattern = /^[a-z0-9.-]+(?:\/[a-z0-9.-]+)?\/[1-9][0-9]{0,4}$/

/** @throws {MessagingError} `FRAME_INVALID`: a text is too long or no type. */
export function encodePayload({ id, type, seen, sentAt, fallback, body }: Payload): Uint8Array {
  return PayloadType.serialize({
    version,
    id,
    type: encodeText(checkedType(type), bounds.type, 'payload.type'),
    seenMessages: seen.messages,
    seenChanges: seen.changes,
    seenHead: seen.head,
    sentAt,
    fallback: encodeText(fallback, bounds.fallback, 'payload.fallback'),
    body: bounded(body, bounds.body, 'payload.body'),
  })
}

/** The inverse of {@link encodePayload}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodePayload(bytes: Uint8Array): Payload {
  const value = decodeExactly(PayloadType, bytes, 'payload')
  if (value.version !== version) throw invalid('payload.version', `${value.version} is not ${version}`)
  return {
    id: value.id,
    type: checkedType(decodeText(value.type, 'payload.type')),
    seen: { messages: value.seenMessages, changes: value.seenChanges, head: value.seenHead },
    sentAt: value.sentAt,
    fallback: decodeText(value.fallback, 'payload.fallback'),
    body: value.body,
  }
}

/** @throws {MessagingError} `FRAME_INVALID`: it is no type. */
export function checkedType(type: string): string {
  if (!typePattern.test(type)) throw invalid('payload.type', `${JSON.stringify(type)} is no type`)
  return type
}

/** A payload, or undefined for another member's junk: that is a message that says nothing. */
export function readPayload(bytes: Uint8Array): Payload | undefined {
  try {
    return decodePayload(bytes)
  } catch (error) {
    if (error instanceof MessagingError) return undefined
    throw error
  }
}
