import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { type Bytes32, Bytes32Type, sameBytes, Uint8Type, Uint32Type } from '@parley/protocol/light'
import { decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { type ArchivedMessage, decodeArchive, encodeArchive } from '../devices/archive.ts'
import { invalid, MessagingError } from '../faults.ts'
import type { Random } from '../keys/installation.ts'
import { messagingLimits } from '../limits.ts'
import type { Place } from '../ports/log.ts'
import { openUnder, sealUnder } from './sealing.ts'

/** Some messages of one conversation, in order, as one device read them. */
export interface ArchiveSegment {
  readonly place: Place
  readonly id: Bytes32
  readonly title: string
  readonly messages: readonly ArchivedMessage[]
}

const tag = new Uint8Array(16)
tag.set(new TextEncoder().encode('parley/archive/1'))
const titleBytes = 256
/** Bytes of messages that one segment is filled up to; one message alone may be larger. */
const filledTo = 900_000
/** What an encoded message takes beside its plaintext, at most. */
const besides = 128

const SegmentType = new ContainerType(
  {
    shard: Uint8Type,
    index: Uint32Type,
    id: Bytes32Type,
    title: new ByteListType(titleBytes),
    messages: new ByteListType(messagingLimits.segmentBytes),
  },
  { typeName: 'ArchiveSegment' },
)

/** Messages by the segments that they go into. */
export function* segmentsOf(messages: readonly ArchivedMessage[]): Generator<readonly ArchivedMessage[]> {
  let part: ArchivedMessage[] = []
  let bytes = 0
  for (const message of messages) {
    const size = message.plaintext.length + besides
    if (part.length > 0 && bytes + size > filledTo) {
      yield part
      part = []
      bytes = 0
    }
    part.push(message)
    bytes += size
  }
  if (part.length > 0) yield part
}

/** A segment under the archive's key. @throws {MessagingError} `FRAME_INVALID`. */
export function sealSegment(
  key: Bytes32,
  { place, id, title, messages }: ArchiveSegment,
  random: Random,
): Promise<Uint8Array> {
  const value = {
    ...place,
    id,
    title: encodeText(title, titleBytes, 'archive.title'),
    messages: encodeArchive(messages),
  }
  return sealUnder(key, tag, SegmentType.serialize(value), random)
}

/** The inverse of {@link sealSegment}. @throws {MessagingError} `FRAME_INVALID`, `ARCHIVE_LOCKED`. */
export async function openSegment(key: Bytes32, bytes: Uint8Array): Promise<ArchiveSegment> {
  if (bytes.length > messagingLimits.segmentBytes)
    throw invalid('archive', `${bytes.length} bytes are more than ${messagingLimits.segmentBytes}`)
  if (!sameBytes(bytes.subarray(0, tag.length), tag))
    throw invalid('archive', 'it does not begin as a segment of an archive does')
  const plaintext = await openUnder(key, tag.length, bytes)
  if (plaintext === undefined) throw new MessagingError({ code: 'ARCHIVE_LOCKED' })
  const { shard, index, id, title, messages } = decodeExactly(SegmentType, plaintext, 'archive')
  return { place: { shard, index }, id, title: decodeText(title, 'archive.title'), messages: decodeArchive(messages) }
}
