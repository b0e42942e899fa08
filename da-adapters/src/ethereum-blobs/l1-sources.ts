import type { Source, Sources } from '@parley/runtime'
import { unavailable } from '../fault.ts'
import { firstAnswer } from '../sources.ts'
import type { L1 } from './l1.ts'
import { blobsLayer } from './layer.ts'

/** One node of the L1. */
export interface L1Source extends Source {
  readonly l1: L1
}

/**
 * Several nodes as one L1: each question goes to the first that answers. A node of another chain than the first that was
 * asked is never used.
 */
export function createL1Sources(list: readonly L1Source[], sources: Sources<L1Source>): L1 {
  const sound = new Set<L1Source>()
  let chain: string | undefined

  async function chainOf({ name, l1 }: L1Source, signal: AbortSignal): Promise<string> {
    const [chainId, genesis] = await Promise.all([l1.chainId(signal), l1.block(0n, signal)])
    if (genesis === undefined) throw unavailable(blobsLayer, `${name} has no genesis block`)
    return `chain ${chainId} with genesis ${genesis.hash}`
  }

  async function check(source: L1Source, signal: AbortSignal): Promise<void> {
    if (sound.has(source)) return
    const its = await chainOf(source, signal)
    chain ??= its
    if (its !== chain) throw unavailable(blobsLayer, `${source.name} is a node of ${its}, the others are of ${chain}`)
    sound.add(source)
  }

  const ask = <T>(question: (l1: L1) => Promise<T>, signal: AbortSignal): Promise<T> =>
    firstAnswer(
      blobsLayer,
      sources,
      async (source) => {
        // One alone has nothing to be compared with.
        if (list.length > 1) await check(source, signal)
        return question(source.l1)
      },
      signal,
    )

  return {
    chainId: (signal) => ask((l1) => l1.chainId(signal), signal),
    head: (signal) => ask((l1) => l1.head(signal), signal),
    block: (number, signal) => ask((l1) => l1.block(number, signal), signal),
    blobBlock: (number, signal) => ask((l1) => l1.blobBlock(number, signal), signal),
    finalized: (signal) => ask((l1) => l1.finalized(signal), signal),
    blobBaseFee: (signal) => ask((l1) => l1.blobBaseFee(signal), signal),
    blobSchedule: (signal) => ask((l1) => l1.blobSchedule(signal), signal),
    transactionCount: (address, at, signal) => ask((l1) => l1.transactionCount(address, at, signal), signal),
    knows: (hash, signal) => ask((l1) => l1.knows(hash, signal), signal),
    broadcast: (raw, signal) => ask((l1) => l1.broadcast(raw, signal), signal),
    receipt: (hash, signal) => ask((l1) => l1.receipt(hash, signal), signal),
  }
}
