import { ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'
import { type Attachment, decodeAttachment, encodeAttachment } from '../attachments/attachment.ts'
import { decodeExactly } from '../codec/ssz.ts'
import { messagingLimits } from '../limits.ts'
import type { Place } from '../ports/log.ts'

/** A message as an older device had it: its word, for the ciphertext can no longer be opened. */
export interface ArchivedMessage {
  readonly position: bigint
  readonly slot: number
  readonly identity: Bytes20
  readonly installation: Bytes32
  /** Milliseconds since 1970, of its block. */
  readonly time: bigint
  readonly plaintext: Uint8Array
}

const MessageType = new ContainerType(
  {
    position: Uint64Type,
    slot: Uint16Type,
    identity: Bytes20Type,
    installation: Bytes32Type,
    time: Uint64Type,
    plaintext: new ByteListType(messagingLimits.frameBytes),
  },
  { typeName: 'ArchivedMessage' },
)
const ArchiveType = new ListCompositeType(MessageType, messagingLimits.archivedMessages)
const PointerType = new ContainerType(
  { shard: Uint8Type, index: Uint32Type, attachment: new ByteListType(65_536) },
  { typeName: 'ArchivePointer' },
)

/** The file that holds messages of one conversation. */
export function encodeArchive(messages: readonly ArchivedMessage[]): Uint8Array {
  return ArchiveType.serialize([...messages])
}

/** The inverse of {@link encodeArchive}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeArchive(bytes: Uint8Array): readonly ArchivedMessage[] {
  return decodeExactly(ArchiveType, bytes, 'archive')
}

/** Where an archive is: the body of `archive/1` in the own group. */
export interface ArchivePointer {
  readonly place: Place
  readonly attachment: Attachment
}

export function encodeArchivePointer({ place, attachment }: ArchivePointer): Uint8Array {
  return PointerType.serialize({ ...place, attachment: encodeAttachment(attachment) })
}

/** The inverse of {@link encodeArchivePointer}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeArchivePointer(bytes: Uint8Array): ArchivePointer {
  const { shard, index, attachment } = decodeExactly(PointerType, bytes, 'archive')
  return { place: { shard, index }, attachment: decodeAttachment(attachment) }
}
