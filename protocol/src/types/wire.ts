import { BooleanType, ByteVectorType, ContainerType, ListCompositeType, UnionType, type ValueOf } from '@chainsafe/ssz'
import { limits } from '../limits.ts'
import { Bytes32Type, SignatureType, Uint8Type, Uint16Type, Uint32Type, Uint64Type } from '../ssz/primitives.ts'
import { BlockHeaderType, BlockType, BlockWitnessType } from './block.ts'
import { type Operation, OperationType } from './operation.ts'

/**
 * A message as a client sends it: 111 bytes, so a body of n messages is their concatenation.
 * `nonce` says which of the member's messages it is; the record does not carry it.
 */
export const SignedMessageType = new ContainerType(
  {
    shard: Uint8Type,
    conversation: Uint32Type,
    member: Uint16Type,
    nonce: Uint64Type,
    content: Bytes32Type,
    signature: SignatureType,
  },
  { typeName: 'SignedMessage' },
)
export type SignedMessage = ValueOf<typeof SignedMessageType>

/** Bytes of a signed message. */
export const signedMessageBytes = 111

/** An operation as a client sends it. */
export const SignedOperationType = new ContainerType(
  { operation: OperationType, signatures: new ListCompositeType(SignatureType, limits.signaturesPerOperation) },
  { typeName: 'SignedOperation' },
)
export interface SignedOperation {
  operation: Operation
  signatures: Uint8Array[]
}

/**
 * Answer to one message: 17 bytes. Accepted (`refusal` 0): `value` is its position in the conversation, from 0.
 * Refused: `value` is what the fault expected (the nonce, the limit, the allowance), 0 where there is nothing to say.
 */
export const MessageReceiptType = new ContainerType(
  { refusal: Uint8Type, block: Uint64Type, value: Uint64Type },
  { typeName: 'MessageReceipt' },
)
export type MessageReceipt = ValueOf<typeof MessageReceiptType>

/** Bytes of a message receipt. */
export const messageReceiptBytes = 17

/** A sealed block as feeds and `GET /v1/blocks/:number` send it; its value is a `SealedBlock`. */
export const SealedBlockType = new ContainerType(
  { block: BlockType, witness: BlockWitnessType, signature: new ByteVectorType(65) },
  { typeName: 'SealedBlock' },
)

/** A header and the sequencer's signature of it: what `sealed` rests on. `signature` is r ‖ s ‖ v. */
export const SignedHeaderType = new ContainerType(
  { header: BlockHeaderType, signature: new ByteVectorType(65) },
  { typeName: 'SignedHeader' },
)
export type SignedHeader = ValueOf<typeof SignedHeaderType>

/** A message as the feed of its conversation shows it. */
export const SpokenMessageType = new ContainerType(
  { member: Uint16Type, content: Bytes32Type, signature: SignatureType },
  { typeName: 'SpokenMessage' },
)
export type SpokenMessage = ValueOf<typeof SpokenMessageType>

/** Selectors of what happens in a conversation. */
export const ConversationEventKind = { message: 0, operation: 1 } as const

/** A message, or an operation that created the conversation or changed its members: all that its head is made of. */
export type ConversationEvent =
  | { readonly selector: 0; readonly value: SpokenMessage }
  | { readonly selector: 1; readonly value: SignedOperation }

/**
 * What happened in a conversation, as `/v1/feed` has it. `position` is the conversation's messageCount before the event:
 * the message's own place, or that of the message that follows an operation. `timestamp` is the block's, in
 * milliseconds. `forced`: came through the L2's inbox, where an owner's own call needs no signature.
 */
export const ConversationEntryType = new ContainerType(
  {
    position: Uint64Type,
    block: Uint64Type,
    timestamp: Uint64Type,
    forced: new BooleanType(),
    event: new UnionType([SpokenMessageType, SignedOperationType]),
  },
  { typeName: 'ConversationEntry' },
)
export interface ConversationEntry {
  position: bigint
  block: bigint
  timestamp: bigint
  forced: boolean
  event: ConversationEvent
}
