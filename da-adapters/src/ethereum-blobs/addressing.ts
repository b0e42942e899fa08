import { DaError } from '@parley/protocol'
import { unavailable } from '../fault.ts'
import type { BlobSources } from './blob-sources.ts'
import type { BlobPlace } from './inclusions.ts'
import type { L1 } from './l1.ts'
import { blobsLayer } from './layer.ts'

/**
 * How the beacon API names the block that an L1 block is in. `beacon`: as Ethereum does, by the root that the next L1 block
 * has of it (EIP-4788), or by its slot while there is none. `block-number`: where neither is told, the L1 block's number is
 * taken for the slot, as development chains do that have no beacon blocks.
 */
export type SlotAddressing = 'beacon' | 'block-number'

/** Finds the beacon block of an L1 block. */
export interface Addressing {
  /** Its root or slot, as the beacon API names it; undefined when there was no slot yet at the place's time. @throws {DaError} `DA_UNAVAILABLE`. */
  blockIdOf(place: BlobPlace, signal: AbortSignal): Promise<string | undefined>
}

export function createAddressing(
  sources: Pick<BlobSources, 'slotAt'>,
  l1: Pick<L1, 'block'>,
  slots: SlotAddressing,
): Addressing {
  async function rootOf(place: BlobPlace, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await l1.block(place.blockNumber + 1n, signal))?.parentBeaconBlockRoot
    } catch (error) {
      signal.throwIfAborted()
      // The slot will do, whose beacon node may answer while the L1 does not; what is served is checked in any case.
      if (!(error instanceof DaError)) throw error
      return undefined
    }
  }

  return {
    async blockIdOf(place, signal) {
      const root = await rootOf(place, signal)
      if (root !== undefined) return root
      const slot = await sources.slotAt(place.timestamp, signal)
      if (slot !== undefined) return slot === 'before genesis' ? undefined : `${slot}`
      if (slots === 'block-number') return `${place.blockNumber}`
      throw unavailable(
        blobsLayer,
        `L1 block ${place.blockNumber + 1n} does not name its beacon block and no beacon node tells a slot duration: ` +
          'on a development chain set l1.slots to block-number',
      )
    },
  }
}
