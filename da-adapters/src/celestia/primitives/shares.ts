import { namespaceBytes } from './namespace.ts'

/** Bytes of a share, and how many original shares a square has at most: 512 in a row. */
export const shareBytes = 512

const infoOffset = namespaceBytes
const lengthOffset = infoOffset + 1
const firstOffset = lengthOffset + 4
const continuedOffset = lengthOffset
const signerBytes = 20

/** Bytes of data that continued shares carry. */
export const bytesPerShare = shareBytes - continuedOffset

/** What is published: version 0, or version 1 with the signer's account of 20 bytes in its first share. */
export interface Blob {
  readonly namespace: Uint8Array
  readonly data: Uint8Array
  readonly signer?: Uint8Array
}

/** Shares that a blob of `length` bytes takes. */
export function sharesFor(length: number, signed = false): number {
  const first = shareBytes - firstOffset - (signed ? signerBytes : 0)
  return 1 + Math.ceil(Math.max(0, length - first) / bytesPerShare)
}

/** A share begun: namespace, version, and whether it starts a sequence. */
export function emptyShare(namespace: Uint8Array, starts: boolean, version = 0): Uint8Array {
  const share = new Uint8Array(shareBytes)
  share.set(namespace)
  share[infoOffset] = (version << 1) | (starts ? 1 : 0)
  return share
}

/** A share that only fills: a sequence of no bytes. */
export function paddingShare(namespace: Uint8Array): Uint8Array {
  return emptyShare(namespace, true)
}

/** The blob's sparse shares. */
export function blobShares({ namespace, data, signer }: Blob): Uint8Array[] {
  if (signer !== undefined && signer.length !== signerBytes) throw new RangeError('a signer has 20 bytes')
  const version = signer === undefined ? 0 : 1
  const first = emptyShare(namespace, true, version)
  new DataView(first.buffer).setUint32(lengthOffset, data.length)
  if (signer !== undefined) first.set(signer, firstOffset)
  const from = firstOffset + (signer?.length ?? 0)
  first.set(data.subarray(0, shareBytes - from), from)
  const shares = [first]
  for (let at = shareBytes - from; at < data.length; at += bytesPerShare) {
    const share = emptyShare(namespace, false, version)
    share.set(data.subarray(at, at + bytesPerShare), continuedOffset)
    shares.push(share)
  }
  return shares
}

/** A run of shares that carries one blob, as consecutive shares of a namespace show it. */
export interface ShareSequence {
  /** Place of its first share among those given. */
  readonly at: number
  readonly shares: readonly Uint8Array[]
}

/**
 * The blobs' sequences among consecutive shares of one namespace; padding is left out.
 * @returns `wrong` when shares do not follow one another as the protocol lays them out.
 */
export function sequencesIn(shares: readonly Uint8Array[]): readonly ShareSequence[] | { readonly wrong: string } {
  const sequences: ShareSequence[] = []
  for (let at = 0; at < shares.length; ) {
    const first = shares[at] as Uint8Array
    const info = first[infoOffset] ?? 0
    if ((info & 1) === 0) return { wrong: `share ${at} continues nothing` }
    const length = new DataView(first.buffer, first.byteOffset).getUint32(lengthOffset)
    const count = sharesFor(length, info >> 1 === 1)
    if (at + count > shares.length) return { wrong: `share ${at} begins ${length} bytes that end beyond the last` }
    if (length > 0) sequences.push({ at, shares: shares.slice(at, at + count) })
    at += count
  }
  return sequences
}
