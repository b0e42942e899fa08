import { sha256 } from '@noble/hashes/sha2.js'
import type { Bytes32 } from '@parley/protocol/light'
import { invalid, MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'

/** What a frame holds. @see docs/spec/messaging.md#frames */
export const FrameKind = { mls: 1, welcome: 2, external: 3, sealed: 4, invite: 16, chunk: 17 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

/** A frame's kind and what follows its header. */
export interface Frame {
  readonly kind: FrameKind
  readonly body: Uint8Array
}

const version = 1
const headerBytes = 2
const kinds: ReadonlySet<number> = new Set(Object.values(FrameKind))

/** Largest body of a frame. */
export const maxBodyBytes = messagingLimits.frameBytes - headerBytes

/** `version ‖ kind ‖ body`. @throws {MessagingError} `MESSAGE_TOO_LARGE`. */
export function encodeFrame({ kind, body }: Frame): Uint8Array {
  if (body.length > maxBodyBytes)
    throw new MessagingError({ code: 'MESSAGE_TOO_LARGE', bytes: body.length, maximum: maxBodyBytes })
  const bytes = new Uint8Array(headerBytes + body.length)
  bytes[0] = version
  bytes[1] = kind
  bytes.set(body, headerBytes)
  return bytes
}

/** The inverse of {@link encodeFrame}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const [first, kind] = bytes
  if (bytes.length <= headerBytes || bytes.length > messagingLimits.frameBytes)
    throw invalid('length', `${bytes.length} is not ${headerBytes + 1} to ${messagingLimits.frameBytes}`)
  if (first !== version) throw invalid('version', `${first} is not ${version}`)
  if (!kinds.has(kind as number)) throw invalid('kind', `${kind} is none of ${[...kinds].join(', ')}`)
  return { kind: kind as FrameKind, body: bytes.subarray(headerBytes) }
}

/** What a message carries of a frame: SHA-256 of all of it. */
export function frameDigest(frame: Uint8Array): Bytes32 {
  return sha256(frame)
}
