import {
  type Bytes32,
  limits,
  type MemberKey,
  messageDigest,
  type SignedMessage,
  SignedMessageType,
  signDigest,
  signedMessageBytes,
} from '@parley/protocol/light'
import { ClientError } from '../faults.ts'

/** A message before it is signed. */
export interface MessageDraft {
  readonly shard: number
  readonly conversation: number
  /** The conversation's id, 32 bytes. */
  readonly conversationId: Bytes32
  /** Slot of the member that speaks. */
  readonly member: number
  /** The member's next nonce: 1 for the first message of a slot that the conversation was created with. */
  readonly nonce: bigint
  /** SHA-256 digest of the contents, 32 bytes. */
  readonly content: Bytes32
}

/**
 * Signs one message with its member's key.
 * @param chainId - Chain id of the L2.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, `ARGUMENT_INVALID`: what no sequencer could take is not signed.
 */
export function signMessage(chainId: bigint, draft: MessageDraft, key: MemberKey): SignedMessage {
  const { shard, conversation, conversationId, member, nonce, content } = draft
  assertBetween('shard', shard, 0, limits.shards - 1)
  assertBetween('conversation', conversation, 0, limits.conversationsPerShard - 1)
  assertBetween('member', member, 0, limits.membersPerConversation - 1)
  assertUint64('chainId', chainId)
  assertUint64('nonce', nonce)
  assertBytes('conversationId', conversationId, 32)
  assertBytes('content', content, 32)
  const signature = signDigest(key.secret, messageDigest(chainId, conversationId, member, nonce, content))
  return { shard, conversation, member, nonce, content, signature }
}

/** Messages of one request at most. */
export const maxMessagesPerRequest = 4096

/** Lays messages out for `POST /v1/messages`: 111 bytes each. @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function encodeMessages(messages: readonly SignedMessage[]): Uint8Array {
  assertBetween('messages', messages.length, 1, maxMessagesPerRequest)
  const bytes = new Uint8Array(messages.length * signedMessageBytes)
  messages.forEach((message, i) => {
    assertBetween('shard', message.shard, 0, limits.shards - 1)
    bytes.set(SignedMessageType.serialize(message), i * signedMessageBytes)
  })
  return bytes
}

function assertUint64(field: string, value: bigint): void {
  if (typeof value !== 'bigint') throw new ClientError({ code: 'ARGUMENT_INVALID', field, reason: 'must be a bigint' })
  const maximum = 2n ** 64n - 1n
  if (value < 0n || value > maximum)
    throw new ClientError({ code: 'ARGUMENT_OUT_OF_RANGE', field, value, minimum: 0n, maximum })
}

function assertBytes(field: string, value: Uint8Array, length: number): void {
  if (value instanceof Uint8Array && value.length === length) return
  throw new ClientError({ code: 'ARGUMENT_INVALID', field, reason: `must be ${length} bytes` })
}

export function assertBetween(field: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum)
    throw new ClientError({ code: 'ARGUMENT_OUT_OF_RANGE', field, value, minimum, maximum })
}
