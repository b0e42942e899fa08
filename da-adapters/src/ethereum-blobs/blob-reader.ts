import { corrupt, missing, pointerInvalid } from '../fault.ts'
import type { Addressing } from './addressing.ts'
import type { Beacon, BlockId } from './beacon.ts'
import type { Inclusions } from './inclusions.ts'
import type { Kzg } from './kzg.ts'
import type { L1 } from './l1.ts'
import { blobsLayer } from './layer.ts'
import { unpackBlobs } from './packing.ts'
import { decodeBlobPointer } from './pointer.ts'
import { versionedHash } from './versioned-hash.ts'

export interface BlobReaderDeps {
  readonly beacon: Beacon
  readonly l1: L1
  readonly kzg: Kzg
  readonly addressing: Addressing
  readonly inclusions: Inclusions
}

/** Fetches blobs and checks each against its versioned hash by computing its commitment. */
export interface BlobReader {
  /** @throws {DaError} `DA_MISSING`, `DA_CORRUPT`, `DA_POINTER_INVALID`, `DA_UNAVAILABLE`. */
  read(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

type Found = { readonly blob: Uint8Array } | { readonly wrong: string } | 'absent'
type Publication = { readonly blobs: readonly Uint8Array[] } | { readonly wrong: string } | 'absent'

export function createBlobReader({ beacon, l1, kzg, addressing, inclusions }: BlobReaderDeps): BlobReader {
  async function find(block: BlockId, hash: Uint8Array, signal: AbortSignal): Promise<Found> {
    const served = await beacon.blobs(block, hash, signal)
    if (served.kind === 'nonsense') return { wrong: served.reason }
    if (served.kind === 'no block' || served.blobs.length === 0) return 'absent'
    const seen: Uint8Array[] = []
    for (const blob of served.blobs) {
      // A copy costs the server nothing and would cost a commitment here.
      if (seen.some((other) => Buffer.compare(other, blob) === 0)) continue
      seen.push(blob)
      const commitment = await kzg.commitment(blob, signal)
      if (commitment !== undefined && Buffer.compare(versionedHash(commitment), hash) === 0) return { blob }
    }
    return { wrong: `a blob served for 0x${Buffer.from(hash).toString('hex')} does not have this versioned hash` }
  }

  /** All blobs of a publication, which are in one block. */
  async function fetchFrom(block: BlockId, hashes: readonly Uint8Array[], signal: AbortSignal): Promise<Publication> {
    // The first one alone: most blocks that are asked have none of them.
    const first = await find(block, hashes[0] ?? new Uint8Array(32), signal)
    if (first === 'absent' || 'wrong' in first) return first
    const failed = new AbortController()
    const either = AbortSignal.any([signal, failed.signal])
    const blobs = [first.blob]
    try {
      for (const found of await Promise.all(hashes.slice(1).map((hash) => find(block, hash, either)))) {
        if (found === 'absent' || 'wrong' in found) return found
        blobs.push(found.blob)
      }
    } finally {
      // Ends the requests that are still under way when one failed.
      failed.abort()
    }
    return { blobs }
  }

  /** At the place that is known, else where the L1 says that the blobs are: a reorg may have moved them. */
  async function fetchAll(bytes: Uint8Array, signal: AbortSignal): Promise<Publication> {
    const pointer = decodeBlobPointer(bytes)
    const hashes = pointer.versionedHashes
    const hint = inclusions.remembered(pointer)
    const block = await addressing.blockIdOf(hint, signal)
    if (block === undefined)
      throw pointerInvalid(blobsLayer, bytes, `timestamp ${hint.timestamp} is before the first slot`)
    const there = await fetchFrom(block, hashes, signal)
    if (there !== 'absent' && 'blobs' in there) return there
    const head = await l1.head(signal)
    const place = await inclusions.find(pointer, head.number, signal)
    if (place === undefined) return there
    const moved = await addressing.blockIdOf(place, signal)
    return moved === undefined || moved === block ? there : fetchFrom(moved, hashes, signal)
  }

  return {
    async read(pointer, signal) {
      const found = await fetchAll(pointer, signal)
      if (found === 'absent') throw missing(blobsLayer, pointer)
      if ('wrong' in found) throw corrupt(blobsLayer, pointer, found.wrong)
      const unpacked = unpackBlobs(found.blobs)
      if ('wrong' in unpacked) throw corrupt(blobsLayer, pointer, unpacked.wrong)
      return unpacked.data
    },
  }
}
