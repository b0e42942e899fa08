import { ByteListType, ByteVectorType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { type Bytes32, Bytes32Type, joinBytes, sameBytes, Uint64Type } from '@parley/protocol/light'
import { decodeFrame, encodeFrame, FrameKind, frameDigest } from '../codec/frame.ts'
import { decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid, MessagingError } from '../faults.ts'
import type { Random } from '../keys/installation.ts'
import { messagingLimits } from '../limits.ts'
import type { Contents } from '../ports/contents.ts'

const headerBytes = 2
const tagBytes = 16
const keyBytes = 16
const prefixBytes = 7
const bounds = { name: 255, mime: 127 } as const
/** Bytes of a file in one chunk: its frame has 256 KiB. */
const chunkBytes = 262_144 - headerBytes - tagBytes

const ManifestType = new ContainerType(
  {
    key: new ByteVectorType(keyBytes),
    prefix: new ByteVectorType(prefixBytes),
    size: Uint64Type,
    name: new ByteListType(bounds.name),
    mime: new ByteListType(bounds.mime),
    chunks: new ListCompositeType(Bytes32Type, Math.ceil(messagingLimits.attachmentBytes / chunkBytes)),
  },
  { typeName: 'Attachment' },
)

/** A key of WebCrypto. */
type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** What a message says of a file: where its parts are, and what opens them. The body of `attachment/1`. */
export interface Attachment {
  /** AES-128-GCM, for this file alone. */
  readonly key: Uint8Array
  readonly prefix: Uint8Array
  /** Bytes of the file. */
  readonly size: number
  readonly name: string
  readonly mime: string
  /** Digests of the frames that hold it. */
  readonly chunks: readonly Bytes32[]
}

export function encodeAttachment({ name, mime, size, chunks, ...rest }: Attachment): Uint8Array {
  return ManifestType.serialize({
    ...rest,
    size: BigInt(size),
    name: encodeText(name, bounds.name, 'attachment.name'),
    mime: encodeText(mime, bounds.mime, 'attachment.mime'),
    chunks: [...chunks],
  })
}

/** The inverse of {@link encodeAttachment}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeAttachment(bytes: Uint8Array): Attachment {
  const { size, name, mime, chunks, ...rest } = decodeExactly(ManifestType, bytes, 'attachment')
  if (size > BigInt(messagingLimits.attachmentBytes) || BigInt(chunks.length) !== chunksOf(size))
    throw invalid('attachment.size', `${size} bytes are not what ${chunks.length} chunks hold`)
  return {
    ...rest,
    size: Number(size),
    name: decodeText(name, 'attachment.name'),
    mime: decodeText(mime, 'attachment.mime'),
    chunks,
  }
}

/** An empty file has one chunk, too. */
function chunksOf(size: bigint): bigint {
  return size === 0n ? 1n : (size + BigInt(chunkBytes) - 1n) / BigInt(chunkBytes)
}

/**
 * Encrypts a file chunk by chunk and stores it.
 * @throws {MessagingError} `MESSAGE_TOO_LARGE`; and what the store rejects with.
 */
export async function putAttachment(
  contents: Contents,
  { bytes, name, mime }: { readonly bytes: Uint8Array; readonly name: string; readonly mime: string },
  random: Random,
  signal: AbortSignal,
): Promise<Attachment> {
  const maximum = messagingLimits.attachmentBytes
  if (bytes.length > maximum) throw new MessagingError({ code: 'MESSAGE_TOO_LARGE', bytes: bytes.length, maximum })
  const [secret, prefix] = [random(keyBytes), random(prefixBytes)]
  const key = await importKey(secret)
  const count = Number(chunksOf(BigInt(bytes.length)))
  const chunks: Bytes32[] = []
  for (let index = 0; index < count; index += 1) {
    const isLast = index === count - 1
    const part = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)
    const iv = nonceOf(prefix, index, isLast)
    const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, isLast ? padded(part) : owned(part))
    const frame = encodeFrame({ kind: FrameKind.chunk, body: new Uint8Array(body) })
    await contents.put(frame, { class: 'attachment', acks: [] }, signal)
    chunks.push(frameDigest(frame))
  }
  return { key: secret, prefix, size: bytes.length, name, mime, chunks }
}

/**
 * Fetches a file and checks every part of it.
 * @throws {MessagingError} `CONTENT_UNAVAILABLE`, `FRAME_INVALID`; and what the store rejects with.
 */
export async function getAttachment(
  contents: Contents,
  { key: secret, prefix, size, chunks }: Attachment,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const key = await importKey(secret)
  const parts: Uint8Array[] = []
  for (const [index, digest] of chunks.entries()) {
    const frame = await contents.get(digest, signal)
    if (frame === undefined || !sameBytes(frameDigest(frame), digest))
      throw new MessagingError({ code: 'CONTENT_UNAVAILABLE', digest })
    const { kind, body } = decodeFrame(frame)
    if (kind !== FrameKind.chunk) throw invalid('attachment.chunk', `a frame of kind ${kind} is none`)
    const iv = nonceOf(prefix, index, index === chunks.length - 1)
    parts.push(await opened(key, iv, body, index))
  }
  const file = joinBytes(parts)
  if (file.length < size) throw invalid('attachment.size', `${file.length} bytes are less than ${size}`)
  return file.subarray(0, size)
}

async function opened(key: AesKey, iv: Uint8Array<ArrayBuffer>, body: Uint8Array, index: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, owned(body)))
  } catch (cause) {
    throw invalid('attachment.chunk', `chunk ${index} does not open`, cause)
  }
}

/** prefix ‖ index uint32 ‖ last uint8: a chunk fits one place of one file only. */
function nonceOf(prefix: Uint8Array, index: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12)
  nonce.set(prefix)
  new DataView(nonce.buffer).setUint32(prefixBytes, index)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** The last chunk with zeros behind it, so that its frame has one of the classes. */
function padded(part: Uint8Array): Uint8Array<ArrayBuffer> {
  const sizes = messagingLimits.frameClasses.map((each) => each - headerBytes - tagBytes)
  const bytes = new Uint8Array(sizes.find((each) => each >= part.length) as number)
  bytes.set(part)
  return bytes
}

const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

function importKey(secret: Uint8Array): Promise<AesKey> {
  return crypto.subtle.importKey('raw', owned(secret), 'AES-GCM', false, ['encrypt', 'decrypt'])
}
