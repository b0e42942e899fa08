import { bytesPerBlob } from './layer.ts'

/**
 * How bytes lie in blobs. A field element takes 254 bits, so that it is below the modulus whatever they are: four
 * elements take 127 bytes, a blob 130,048. Each blob starts with a header of its own.
 * @see docs/spec/da-ethereum-blobs.md
 */
const version = 1
const groupsPerBlob = 1024
const bytesPerGroup = 127
const bytesPerElement = 32
const headerBytes = 6
const streamBytes = groupsPerBlob * bytesPerGroup

/** Bytes of a publication that one blob carries. */
export const usableBytesPerBlob = streamBytes - headerBytes

/** Blobs that a publication of this many bytes takes. */
export function blobsFor(bytes: number): number {
  return Math.ceil(bytes / usableBytesPerBlob)
}

/** Packs 1 to 255 blobs' worth of bytes; the same bytes always give the same blobs. */
export function packBlobs(data: Uint8Array): Uint8Array[] {
  const count = blobsFor(data.length)
  return Array.from({ length: count }, (_, index) => {
    const payload = data.subarray(index * usableBytesPerBlob, (index + 1) * usableBytesPerBlob)
    const stream = new Uint8Array(streamBytes)
    stream.set([version, index, count, payload.length >> 16, (payload.length >> 8) & 0xff, payload.length & 0xff])
    stream.set(payload, headerBytes)
    return spread(stream)
  })
}

/**
 * Unpacks the blobs of one publication, in order. Only what `packBlobs` makes is accepted: one publication, one encoding.
 * @returns The bytes, or what is wrong.
 */
export function unpackBlobs(blobs: readonly Uint8Array[]): { data: Uint8Array } | { wrong: string } {
  const payloads: Uint8Array[] = []
  for (const [index, blob] of blobs.entries()) {
    const payload = unpackBlob(blob, index, blobs.length)
    if (typeof payload === 'string') return { wrong: `blob ${index}: ${payload}` }
    payloads.push(payload)
  }
  const data = new Uint8Array(payloads.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const payload of payloads) {
    data.set(payload, offset)
    offset += payload.length
  }
  return { data }
}

function unpackBlob(blob: Uint8Array, index: number, count: number): Uint8Array | string {
  if (blob.length !== bytesPerBlob) return `has ${blob.length} bytes`
  const stream = gather(blob)
  if (stream === undefined) return 'an element uses more than 254 bits'
  if (stream[0] !== version) return `has version ${stream[0]}, only ${version} is known`
  if (stream[1] !== index) return `says that it is blob ${stream[1]}`
  if (stream[2] !== count) return `says that there are ${stream[2]} blobs, not ${count}`
  const length = ((stream[3] ?? 0) << 16) | ((stream[4] ?? 0) << 8) | (stream[5] ?? 0)
  if (length === 0 || length > usableBytesPerBlob) return `says that it carries ${length} bytes`
  if (index < count - 1 && length !== usableBytesPerBlob) return `carries ${length} bytes and is not the last`
  const end = headerBytes + length
  for (let i = end; i < streamBytes; i++) if (stream[i] !== 0) return `padding byte ${i - end} is not zero`
  return stream.slice(headerBytes, end)
}

/** Four times 31 bytes into the elements' low bytes; the last three bytes of a group, six bits each, into their first. */
function spread(stream: Uint8Array): Uint8Array {
  const blob = new Uint8Array(bytesPerBlob)
  for (let group = 0; group < groupsPerBlob; group++) {
    const from = group * bytesPerGroup
    const to = group * 4 * bytesPerElement
    const tops = ((stream[from + 124] ?? 0) << 16) | ((stream[from + 125] ?? 0) << 8) | (stream[from + 126] ?? 0)
    for (let element = 0; element < 4; element++) {
      const at = to + element * bytesPerElement
      blob[at] = (tops >> (18 - 6 * element)) & 0x3f
      blob.set(stream.subarray(from + element * 31, from + element * 31 + 31), at + 1)
    }
  }
  return blob
}

/** Undoes `spread`; undefined when an element has one of its two highest bits set. */
function gather(blob: Uint8Array): Uint8Array | undefined {
  const stream = new Uint8Array(streamBytes)
  for (let group = 0; group < groupsPerBlob; group++) {
    const from = group * 4 * bytesPerElement
    const to = group * bytesPerGroup
    let tops = 0
    for (let element = 0; element < 4; element++) {
      const at = from + element * bytesPerElement
      const top = blob[at] ?? 0
      if (top > 0x3f) return undefined
      tops = (tops << 6) | top
      stream.set(blob.subarray(at + 1, at + 32), to + element * 31)
    }
    stream[to + 124] = tops >> 16
    stream[to + 125] = (tops >> 8) & 0xff
    stream[to + 126] = tops & 0xff
  }
  return stream
}
