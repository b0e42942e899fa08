import { pointerInvalid } from '../fault.ts'
import { maxPartBytes } from './chunks.ts'
import { committeeLayer, maxMembers, maxParts, secp256k1Scheme } from './layer.ts'
import { compactBytes } from './signatures.ts'
import type { Attestation, CommitteePart } from './typed-data.ts'

const version = 1
const markBytes = 4
const rootBytes = 32
const partBytes = rootBytes + 4
const at = { which: 1, mark: 2, scheme: 6, epoch: 7, expiresAt: 11, mask: 19, count: 23, parts: 24 } as const

/** Attestations of enough members, as the L2 checks them. */
export interface Certificate extends Attestation {
  /** First 4 bytes of the domain separator, `committeeMark`. */
  readonly mark: Uint8Array
  readonly scheme: typeof secp256k1Scheme
  /** Bit i is set for the epoch's member i when it signed. */
  readonly mask: number
  /** One for each bit of the mask, the lowest first; 64 bytes each. */
  readonly signatures: readonly Uint8Array[]
}

/** What a pointer of this layer says. */
export interface CommitteePointer {
  /** Which of the certificate's parts, counted from 0. */
  readonly part: number
  readonly certificate: Certificate
}

/** Members in a mask. */
export function membersIn(mask: number): number[] {
  return Array.from({ length: maxMembers }, (_, i) => i).filter((i) => (mask >> i) & 1)
}

/**
 * version uint8 = 1 ‖ part uint8 = 1 or 2, a bit each ‖ mark 4 ‖ scheme uint8 = 1 ‖ epoch uint32 ‖ expiresAt uint64 ‖ mask uint32 ‖ count uint8 ‖
 * (chunk root 32 ‖ length uint32)… ‖ signatures 64 each. All but the first two bytes are the certificate.
 */
export function encodeCommitteePointer({ part, certificate }: CommitteePointer): Uint8Array {
  const { parts, signatures } = certificate
  const pointer = new Uint8Array(at.parts + parts.length * partBytes + signatures.length * compactBytes)
  const view = new DataView(pointer.buffer)
  pointer[0] = version
  pointer[at.which] = 1 << part
  pointer.set(certificate.mark, at.mark)
  pointer[at.scheme] = certificate.scheme
  view.setUint32(at.epoch, certificate.epoch)
  view.setBigUint64(at.expiresAt, certificate.expiresAt)
  view.setUint32(at.mask, certificate.mask)
  pointer[at.count] = parts.length
  for (const [i, { chunkRoot, length }] of parts.entries()) {
    pointer.set(chunkRoot, at.parts + i * partBytes)
    view.setUint32(at.parts + i * partBytes + rootBytes, length)
  }
  for (const [i, signature] of signatures.entries())
    pointer.set(signature, at.parts + parts.length * partBytes + i * compactBytes)
  return pointer
}

/**
 * The form alone: whether the signatures are the members' only the L2 knows, and a reader need not.
 * @throws {DaError} `DA_POINTER_INVALID`, of another committee, too.
 */
export function decodeCommitteePointer(
  bytes: Uint8Array,
  expected: { readonly mark: Uint8Array; readonly maxBytes: number },
): CommitteePointer {
  const invalid = (reason: string) => pointerInvalid(committeeLayer, bytes, reason)
  if (bytes.length < at.parts) throw invalid(`has ${bytes.length} bytes, at least ${at.parts} are needed`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] !== version) throw invalid(`has version ${bytes[0]}, only ${version} is known`)
  const mark = bytes.slice(at.mark, at.mark + markBytes)
  if (Buffer.compare(mark, expected.mark) !== 0) throw invalid('is of another committee')
  const scheme = bytes[at.scheme]
  if (scheme !== secp256k1Scheme) throw invalid(`has scheme ${scheme}, only ${secp256k1Scheme} is known`)
  const count = bytes[at.count] ?? 0
  if (count < 1 || count > maxParts) throw invalid(`names ${count} parts, allowed are 1 to ${maxParts}`)
  const which = bytes[at.which] ?? 0
  if (which < 1 || which > count) throw invalid(`is of part ${which}, in a certificate of ${count}`)
  const mask = view.getUint32(at.mask)
  if (mask === 0 || mask >= 2 ** maxMembers) throw invalid(`has mask ${mask}, allowed are 1 to ${2 ** maxMembers - 1}`)
  const signers = membersIn(mask).length
  const length = at.parts + count * partBytes + signers * compactBytes
  if (bytes.length !== length)
    throw invalid(`has ${bytes.length} bytes, not the ${length} of ${count} parts and ${signers} signatures`)
  const limit = Math.min(expected.maxBytes, maxPartBytes)
  const parts = Array.from({ length: count }, (_, i): CommitteePart => {
    const start = at.parts + i * partBytes
    return { chunkRoot: bytes.slice(start, start + rootBytes), length: view.getUint32(start + rootBytes) }
  })
  for (const part of parts)
    if (part.length === 0 || part.length > limit)
      throw invalid(`names a part of ${part.length} bytes, allowed are 1 to ${limit}`)
  const signatures = Array.from({ length: signers }, (_, i) => {
    const start = length - (signers - i) * compactBytes
    return bytes.slice(start, start + compactBytes)
  })
  const epoch = view.getUint32(at.epoch)
  const expiresAt = view.getBigUint64(at.expiresAt)
  return { part: which - 1, certificate: { mark, scheme, epoch, expiresAt, mask, parts, signatures } }
}
