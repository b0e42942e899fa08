import { keccak256 } from 'viem'
import { pointerInvalid } from '../fault.ts'

/** The layer's name in faults, logs and metrics. */
export const altDaLayer = 'alt-da'

/** First bytes of commitments, as OP alt-DA servers have them. */
export const commitmentKinds = { keccak256: 0, generic: 1 } as const
export type CommitmentKind = keyof typeof commitmentKinds

const version = 1
const digestBytes = 32
const lengthAt = 1 + digestBytes
const headBytes = lengthAt + 4 + 2
/** Kind and 32 bytes. */
const keccakBytes = 33
/** Bytes of a commitment at most, so that a pointer fits a claim. */
export const maxCommitmentBytes = 900

/** What a pointer of an alt-DA server says. @see docs/spec/da-alt-da.md */
export interface AltDaPointer {
  /** SHA-256 of the data. */
  readonly digest: Uint8Array
  /** Bytes of the data, at least 1. */
  readonly length: number
  /** What the server finds the data by: its kind and what the server or the hash says, 2 to 900 bytes. */
  readonly commitment: Uint8Array
}

/** The commitment that everybody computes alone. */
export function keccakCommitment(data: Uint8Array): Uint8Array {
  const commitment = new Uint8Array(keccakBytes)
  commitment[0] = commitmentKinds.keccak256
  commitment.set(keccak256(data, 'bytes'), 1)
  return commitment
}

/** Why bytes are no commitment; undefined when they are one. */
export function commitmentFault(commitment: Uint8Array): string | undefined {
  const { length } = commitment
  if (length < 2 || length > maxCommitmentBytes)
    return `a commitment of ${length} bytes, allowed are 2 to ${maxCommitmentBytes}`
  if (commitment[0] === commitmentKinds.generic) return undefined
  if (commitment[0] !== commitmentKinds.keccak256) return `a commitment of kind ${commitment[0]}, known are 0 and 1`
  return length === keccakBytes ? undefined : `a Keccak commitment of ${length} bytes, not ${keccakBytes}`
}

export function encodeAltDaPointer({ digest, length, commitment }: AltDaPointer): Uint8Array {
  const pointer = new Uint8Array(headBytes + commitment.length)
  pointer[0] = version
  pointer.set(digest, 1)
  const view = new DataView(pointer.buffer)
  view.setUint32(lengthAt, length)
  view.setUint16(lengthAt + 4, commitment.length)
  pointer.set(commitment, headBytes)
  return pointer
}

/** @throws {DaError} `DA_POINTER_INVALID`. */
export function decodeAltDaPointer(pointer: Uint8Array, maxBytes: number): AltDaPointer {
  const invalid = (reason: string) => pointerInvalid(altDaLayer, pointer, reason)
  if (pointer.length < headBytes) throw invalid(`has ${pointer.length} bytes, at least ${headBytes + 2} are needed`)
  if (pointer[0] !== version) throw invalid(`has version ${pointer[0]}, only ${version} is known`)
  const view = new DataView(pointer.buffer, pointer.byteOffset, pointer.byteLength)
  const length = view.getUint32(lengthAt)
  if (length === 0 || length > maxBytes) throw invalid(`names ${length} bytes, allowed are 1 to ${maxBytes}`)
  const commitment = pointer.slice(headBytes)
  const said = view.getUint16(lengthAt + 4)
  if (said !== commitment.length) throw invalid(`names a commitment of ${said} bytes and has ${commitment.length}`)
  const fault = commitmentFault(commitment)
  if (fault !== undefined) throw invalid(`has ${fault}`)
  return { digest: pointer.slice(1, lengthAt), length, commitment }
}
