import { corrupt, missing, pointerInvalid } from '../fault.ts'
import type { Beacon } from './beacon.ts'
import type { Kzg } from './kzg.ts'
import { blobsLayer } from './layer.ts'
import { unpackBlobs } from './packing.ts'
import { type BlobPointer, decodeBlobPointer } from './pointer.ts'
import { versionedHash } from './versioned-hash.ts'

export interface BlobReaderOptions {
  /** Seconds of a slot; undefined where the beacon API takes block numbers for slots. */
  readonly secondsPerSlot: number | undefined
  /** Slots searched on each side of the pointer's: a reorg may have moved the transaction. */
  readonly searchSlots: number
}

/** Fetches blobs and checks each against its versioned hash by computing its commitment. */
export interface BlobReader {
  /** @throws {DaError} `DA_MISSING`, `DA_CORRUPT`, `DA_POINTER_INVALID`, `DA_UNAVAILABLE`. */
  read(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

type Found = { readonly blob: Uint8Array } | { readonly wrong: string } | 'absent'

export function createBlobReader(beacon: Beacon, kzg: Kzg, options: BlobReaderOptions): BlobReader {
  const { secondsPerSlot, searchSlots } = options

  async function slotOf(pointer: Uint8Array, place: BlobPointer, signal: AbortSignal): Promise<bigint> {
    if (secondsPerSlot === undefined) return place.blockNumber
    const elapsed = place.timestamp - (await beacon.genesisTime(signal))
    if (elapsed < 0n) throw pointerInvalid(blobsLayer, pointer, `timestamp ${place.timestamp} is before the first slot`)
    return elapsed / BigInt(secondsPerSlot)
  }

  async function find(slot: bigint, hash: Uint8Array, signal: AbortSignal): Promise<Found> {
    const served = await beacon.blobs(slot, hash, signal)
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

  /** The slot that has the first blob: all of a publication are in one transaction. */
  async function locate(pointer: Uint8Array, place: BlobPointer, signal: AbortSignal) {
    const hint = await slotOf(pointer, place, signal)
    const first = place.versionedHashes[0] ?? new Uint8Array(32)
    let wrong: string | undefined
    for (const slot of outward(hint, searchSlots)) {
      const found = await find(slot, first, signal)
      if (found === 'absent') continue
      if ('blob' in found) return { slot, blob: found.blob }
      wrong ??= found.wrong
    }
    throw wrong === undefined ? missing(blobsLayer, pointer) : corrupt(blobsLayer, pointer, wrong)
  }

  return {
    async read(pointer, signal) {
      const place = decodeBlobPointer(pointer)
      const { slot, blob } = await locate(pointer, place, signal)
      const rest = place.versionedHashes.slice(1)
      const blobs = [blob]
      const failed = new AbortController()
      const either = AbortSignal.any([signal, failed.signal])
      try {
        for (const found of await Promise.all(rest.map((hash) => find(slot, hash, either)))) {
          if (found === 'absent') throw missing(blobsLayer, pointer)
          if ('wrong' in found) throw corrupt(blobsLayer, pointer, found.wrong)
          blobs.push(found.blob)
        }
      } finally {
        // Ends the requests that are still under way when one failed.
        failed.abort()
      }
      const unpacked = unpackBlobs(blobs)
      if ('wrong' in unpacked) throw corrupt(blobsLayer, pointer, unpacked.wrong)
      return unpacked.data
    },
  }
}

/** The hint, then its neighbours by distance, later ones first; none below 0. */
function outward(hint: bigint, reach: number): bigint[] {
  const slots = [hint]
  for (let distance = 1n; distance <= reach; distance++) {
    slots.push(hint + distance)
    if (hint >= distance) slots.push(hint - distance)
  }
  return slots
}
