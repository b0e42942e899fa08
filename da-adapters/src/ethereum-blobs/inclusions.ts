import type { L1, L1BlobBlock } from './l1.ts'
import type { BlobPointer } from './pointer.ts'

/** Where the blobs of a pointer stand on the L1. */
export interface BlobPlace {
  readonly blockNumber: bigint
  /** Seconds since 1970. */
  readonly timestamp: bigint
}

export interface InclusionsOptions {
  /** Blocks after the pointer's that are searched for its blobs: a reorg may have moved them. */
  readonly scanBlocks: number
}

/** Finds on the L1 itself which block has the blobs of a pointer, whoever sent them. */
export interface Inclusions {
  /** Where they were found last; the pointer's own place before that. Asks nobody. */
  remembered(pointer: BlobPointer): BlobPlace
  /**
   * Looks for the block that has them now.
   * @param head - Number of the latest block.
   * @throws {DaError} `DA_UNAVAILABLE`.
   */
  find(pointer: BlobPointer, head: bigint, signal: AbortSignal): Promise<Search>
}

export interface Search {
  readonly place: BlobPlace | undefined
  /** Whether the node had every block that was to be searched: only then is no place a place that is nowhere. */
  readonly isWhole: boolean
}

/** A reorg of more than two epochs is none that Ethereum's finality allows. */
const blocksBack = 64n
const blocksAtOnce = 8
const maxRemembered = 1_024

interface Known {
  place: BlobPlace | undefined
  /** The last block that was searched in vain; those near it are searched again, for they may have been replaced. */
  searchedTo: bigint | undefined
}

export function createInclusions(l1: L1, { scanBlocks }: InclusionsOptions): Inclusions {
  const known = new Map<string, Known>()

  function knownOf(pointer: BlobPointer): Known {
    const key = keyOf(pointer)
    const found = known.get(key) ?? { place: undefined, searchedTo: undefined }
    known.delete(key)
    known.set(key, found)
    const oldest = known.keys().next().value
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest)
    return found
  }

  /** @returns the place, or whether the node has the block. */
  async function look(pointer: BlobPointer, number: bigint, signal: AbortSignal): Promise<BlobPlace | boolean> {
    const block = await l1.blobBlock(number, signal)
    if (block === undefined) return false
    return holds(block, pointer) ? { blockNumber: number, timestamp: block.timestamp } : true
  }

  return {
    remembered: (pointer) => known.get(keyOf(pointer))?.place ?? pointer,
    async find(pointer, head, signal) {
      const entry = knownOf(pointer)
      const hint = entry.place ?? pointer
      const there = await look(pointer, hint.blockNumber, signal)
      if (typeof there !== 'boolean') {
        entry.place = there
        return { place: there, isWhole: true }
      }
      let isWhole = there
      const numbers = searched(pointer.blockNumber, head, entry.searchedTo, BigInt(scanBlocks))
      for (let from = 0; from < numbers.length; from += blocksAtOnce) {
        const some = numbers.slice(from, from + blocksAtOnce)
        const looks = await Promise.all(some.map((number) => look(pointer, number, signal)))
        const found = looks.find((one) => typeof one !== 'boolean')
        isWhole &&= !looks.includes(false)
        if (found === undefined) continue
        entry.place = found
        return { place: found, isWhole: true }
      }
      entry.place = undefined
      // What was not there to be searched is searched again.
      if (isWhole) entry.searchedTo = head
      return { place: undefined, isWhole }
    },
  }
}

/** Blocks to search, those nearest to the hint first, later ones before earlier ones. */
function searched(hint: bigint, head: bigint, searchedTo: bigint | undefined, scanBlocks: bigint): bigint[] {
  const last = least(head, hint + scanBlocks)
  const first = most(0n, hint - blocksBack)
  // What was searched before is left out, but for as many blocks as a reorg may have replaced since.
  const from = searchedTo === undefined ? first : most(first, searchedTo - blocksBack)
  const numbers: bigint[] = []
  for (let number = from; number <= last; number++) if (number !== hint) numbers.push(number)
  const distance = (number: bigint): bigint => (number > hint ? 2n * (number - hint) - 1n : 2n * (hint - number))
  return numbers.sort((a, b) => Number(distance(a) - distance(b)))
}

function holds({ blobTransactions }: L1BlobBlock, { versionedHashes }: BlobPointer): boolean {
  const wanted = versionedHashes.map(toHex)
  return blobTransactions.some((one) => {
    const hashes = new Set(one.versionedHashes)
    return wanted.every((hash) => hashes.has(hash))
  })
}

function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

function keyOf({ blockNumber, versionedHashes }: BlobPointer): string {
  return `${blockNumber}/${versionedHashes.map(toHex).join('')}`
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
