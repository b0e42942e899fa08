import type { DaError } from '@parley/protocol'
import { corrupt, missing, notYet, pointerInvalid, pruned, unavailable } from '../fault.ts'
import type { Addressing } from './addressing.ts'
import type { Absence, BlobSources } from './blob-sources.ts'
import type { BlobPlace, Inclusions } from './inclusions.ts'
import type { L1 } from './l1.ts'
import { blobsLayer } from './layer.ts'
import { unpackBlobs } from './packing.ts'
import { type BlobPointer, decodeBlobPointer } from './pointer.ts'
import type { BeaconBlock } from './served-blobs.ts'

export interface BlobReaderDeps {
  readonly sources: BlobSources
  readonly l1: Pick<L1, 'head'>
  readonly addressing: Addressing
  readonly inclusions: Inclusions
}

/** Fetches the blobs of a pointer from where they are now. */
export interface BlobReader {
  /** @throws {DaError} `DA_MISSING`, `DA_NOT_YET`, `DA_PRUNED`, `DA_CORRUPT`, `DA_POINTER_INVALID`, `DA_UNAVAILABLE`. */
  read(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

type Publication = { readonly blobs: readonly Uint8Array[] } | Absence

export function createBlobReader({ sources, l1, addressing, inclusions }: BlobReaderDeps): BlobReader {
  /** All blobs of a publication, which are in one block. */
  async function fetchFrom(
    block: BeaconBlock,
    hashes: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<Publication> {
    // The first one alone: most blocks that are asked have none of them.
    const first = await sources.find(block, hashes[0] ?? new Uint8Array(32), signal)
    if ('absence' in first) return first
    const failed = new AbortController()
    const either = AbortSignal.any([signal, failed.signal])
    const blobs = [first.blob]
    try {
      for (const found of await Promise.all(hashes.slice(1).map((hash) => sources.find(block, hash, either)))) {
        if ('absence' in found) return found
        blobs.push(found.blob)
      }
    } finally {
      // Ends the requests that are still under way when one failed.
      failed.abort()
    }
    return { blobs }
  }

  async function blockOf(place: BlobPlace, signal: AbortSignal): Promise<BeaconBlock | undefined> {
    const id = await addressing.blockIdOf(place, signal)
    return id === undefined ? undefined : { id, timestamp: place.timestamp }
  }

  /** At the place that is known, else where the L1 says that the blobs are: a reorg may have moved them. */
  async function fetchAll(bytes: Uint8Array, pointer: BlobPointer, signal: AbortSignal): Promise<Publication> {
    const hashes = pointer.versionedHashes
    const hint = inclusions.remembered(pointer)
    const block = await blockOf(hint, signal)
    if (block === undefined)
      throw pointerInvalid(blobsLayer, bytes, `timestamp ${hint.timestamp} is before the first slot`)
    const there = await fetchFrom(block, hashes, signal)
    if ('blobs' in there) return there
    const head = await l1.head(signal)
    const { place } = await inclusions.find(pointer, head.number, signal)
    if (place === undefined) {
      if (pointer.blockNumber <= head.number) return there
      return { absence: 'not yet', reason: `the L1 is at block ${head.number}, the pointer at ${pointer.blockNumber}` }
    }
    const moved = await blockOf(place, signal)
    return moved === undefined || moved.id === block.id ? there : fetchFrom(moved, hashes, signal)
  }

  return {
    async read(bytes, signal) {
      const found = await fetchAll(bytes, decodeBlobPointer(bytes), signal)
      if ('absence' in found) throw faultOf(found, bytes)
      const unpacked = unpackBlobs(found.blobs)
      if ('wrong' in unpacked) throw corrupt(blobsLayer, bytes, unpacked.wrong)
      return unpacked.data
    },
  }
}

function faultOf({ absence, reason }: Absence, pointer: Uint8Array): DaError {
  switch (absence) {
    case 'unavailable':
      return unavailable(blobsLayer, reason)
    case 'not yet':
      return notYet(blobsLayer, pointer, reason)
    case 'corrupt':
      return corrupt(blobsLayer, pointer, reason)
    case 'pruned':
      return pruned(blobsLayer, pointer, reason)
    case 'missing':
      return missing(blobsLayer, pointer)
  }
}
