import type { Logger } from 'pino'
import type { Addressing } from './addressing.ts'
import type { BlobSources } from './blob-sources.ts'
import type { L1, L1BlobBlock } from './l1.ts'

export interface StartCheckDeps {
  readonly l1: Pick<L1, 'head' | 'blobBlock'>
  readonly addressing: Addressing
  readonly sources: Pick<BlobSources, 'check'>
  readonly log: Logger
}

/** Blocks before the head in which one with blobs is looked for. */
const recentBlocks = 32

/**
 * Asks each beacon node for a blob of a recent block, whoever published it, so that the log says at the start, not at the
 * first batch that cannot be read, which of them serve none. Changes nothing else, and never throws.
 */
export async function checkSources(deps: StartCheckDeps, signal: AbortSignal): Promise<void> {
  const { addressing, sources, log } = deps
  try {
    const block = await recentBlobs(deps, signal)
    const hash = block?.blobTransactions[0]?.versionedHashes[0]
    if (block === undefined || hash === undefined) {
      log.info({ blocks: recentBlocks }, 'no recent L1 block has blobs, so that no source of blobs could be checked')
      return
    }
    const id = await addressing.blockIdOf({ blockNumber: block.number, timestamp: block.timestamp }, signal)
    if (id === undefined) return
    const wanted = new Uint8Array(Buffer.from(hash.slice(2), 'hex'))
    for (const { source, found } of await sources.check({ id, timestamp: block.timestamp }, wanted, signal)) {
      const about = { source, block: `${block.number}` }
      if ('blob' in found) log.info(about, 'beacon source serves blobs')
      else
        log.error(
          { ...about, reason: found.reason },
          'beacon source cannot serve blobs: run it with all data columns, or leave it out of l1.beaconUrl',
        )
    }
  } catch (error) {
    // A layer out of reach says so in every call; this is only a look ahead.
    if (!signal.aborted) log.warn({ err: error }, 'the sources of blobs could not be checked')
  }
}

/** The latest block before the head with blobs in it: the head's own beacon block is not named yet. @param ago - Blocks before the head. */
export async function recentBlobs(
  { l1 }: Pick<StartCheckDeps, 'l1'>,
  signal: AbortSignal,
  ago = 0n,
): Promise<L1BlobBlock | undefined> {
  const head = await l1.head(signal)
  const from = head.number - ago
  for (let back = 1n; back <= BigInt(recentBlocks) && back <= from; back++) {
    const block = await l1.blobBlock(from - back, signal)
    if (block !== undefined && block.blobTransactions.length > 0) return block
  }
  return undefined
}
