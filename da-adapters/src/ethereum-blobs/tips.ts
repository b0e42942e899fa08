import type { Head } from '@parley/transactions'
import type { Logger } from 'pino'
import type { L1, L1BlobBlock } from './l1.ts'

export interface BlobTipsOptions {
  /** Blocks that are looked at, the latest ones. */
  readonly blocks: number
  /** Share of their blob transactions, in hundredths, that tipped less than what is given. */
  readonly percentile: number
}

/** What blob transactions tip: a market of its own, on which a node's suggestion for others says nothing. */
export interface BlobTips {
  /** Wei a gas as of `head`; 0 when there were no blob transactions, or the node does not give their blocks. */
  at(head: Head, signal: AbortSignal): Promise<bigint>
}

const blocksAtOnce = 4

export function createBlobTips(l1: L1, log: Logger, { blocks, percentile }: BlobTipsOptions): BlobTips {
  /** Tips by block number, of the last blocks only. */
  const known = new Map<bigint, readonly bigint[]>()
  let knownHead: Head | undefined

  async function look(number: bigint, signal: AbortSignal): Promise<void> {
    try {
      const block = await l1.blobBlock(number, signal)
      if (block !== undefined) known.set(number, tipsOf(block))
    } catch (error) {
      signal.throwIfAborted()
      // The floor will do: an offer that is too low is raised, and a publication must not wait for a statistic.
      log.debug({ err: error, block: `${number}` }, 'tips of a block are not known')
    }
  }

  return {
    async at(head, signal) {
      const first = head.number - BigInt(blocks) + 1n
      const numbers = Array.from({ length: blocks }, (_, i) => first + BigInt(i)).filter((number) => number >= 0n)
      for (const number of known.keys()) if (number < first || number > head.number) known.delete(number)
      // Another block of the number that was the head: nothing of before need be true.
      if (knownHead !== undefined && knownHead.number === head.number && knownHead.hash !== head.hash) known.clear()
      knownHead = head
      const unknown = numbers.filter((number) => !known.has(number))
      for (let from = 0; from < unknown.length; from += blocksAtOnce)
        await Promise.all(unknown.slice(from, from + blocksAtOnce).map((number) => look(number, signal)))
      return percentileOf([...known.values()].flat(), percentile)
    },
  }
}

function tipsOf({ baseFeePerGas, blobTransactions }: L1BlobBlock): bigint[] {
  return blobTransactions.map(({ maxFeePerGas, maxPriorityFeePerGas }) => {
    const room = maxFeePerGas - baseFeePerGas
    return room < maxPriorityFeePerGas ? room : maxPriorityFeePerGas
  })
}

function percentileOf(values: readonly bigint[], percentile: number): bigint {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percentile) / 100))] ?? 0n
}
