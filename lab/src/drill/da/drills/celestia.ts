import { nodeFollows } from '../stage/following.ts'
import type { DaDrill } from './drill.ts'

interface CelestiaFault {
  readonly name: string
  readonly byDefault: boolean
  /** Faults of the double, one after the other. */
  readonly faults: readonly string[]
  /** Calls that each spoils. */
  readonly times: number
  readonly fault: string
  readonly expected: string
  /** Whether each hit includes a copy of a part. */
  readonly copies?: boolean
}

/** A drill in which the double of Celestia does what its faults say. */
function celestiaDrill({ name, byDefault, faults, times, fault, expected, copies = false }: CelestiaFault): DaDrill {
  return {
    name,
    byDefault,
    policy: 'celestia:ethereum-blobs',
    fault,
    expected,
    async play(stage) {
      let hits = 0
      for (const each of faults) {
        await stage.meddleCelestia({ fault: each, times })
        hits += await stage.wait(`${times} calls that are spoilt: ${each}`, async () => {
          const count = await stage.celestiaHits()
          return count >= times ? count : undefined
        })
        await stage.meddleCelestia()
      }
      await stage.claimOn('celestia', stage.latestClaim())
      await nodeFollows(stage)
      const detail = `${hits} calls spoilt: ${faults.join(', ')}`
      return { hits, detail, failures: [], ...(copies && { injected: hits }) }
    },
  }
}

export const celestiaDrills: readonly DaDrill[] = [
  celestiaDrill({
    name: 'celestia-ambiguous',
    byDefault: true,
    faults: ['ambiguous timeout'],
    times: 2,
    fault: 'the node’s connection dies after a transaction was included',
    expected: 'the part is found where it is, and not sent again',
  }),
  celestiaDrill({
    name: 'celestia-dropped',
    byDefault: true,
    faults: ['dropped'],
    times: 1,
    fault: 'a transaction is taken and never included',
    expected: 'it is looked for in the next 24 blocks, and sent once more',
  }),
  celestiaDrill({
    name: 'celestia-sequence',
    byDefault: true,
    faults: ['sequence mismatch'],
    times: 2,
    fault: 'the node has another sequence of the account in mind',
    expected: 'the part is included once, and those behind it, too',
  }),
  celestiaDrill({
    name: 'celestia-duplicate',
    byDefault: true,
    faults: ['duplicate inclusion'],
    times: 2,
    fault: 'a copy of a part is included, too, as anybody could send one',
    expected: 'the first counts, and nothing is sent again',
    copies: true,
  }),
  celestiaDrill({
    name: 'celestia-behind',
    byDefault: false,
    faults: ['behind', 'pruned'],
    times: 4,
    fault: 'the node is behind the heights that it is asked for, and later has them no more',
    expected: 'batcher and node wait, and nothing counts as absent',
  }),
  celestiaDrill({
    name: 'celestia-lies',
    byDefault: false,
    faults: ['forged proof', 'forged data root'],
    times: 2,
    fault: 'the node forges a proof of inclusion, and then the data root of a header',
    expected: 'nothing is claimed upon it; the part is looked at again',
  }),
]
