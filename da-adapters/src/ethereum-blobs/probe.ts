import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { createAddressing } from './addressing.ts'
import { createBlobSources } from './blob-sources.ts'
import type { EthereumBlobsOptions } from './ethereum-blobs-da.ts'
import { createKzg, type Kzg } from './kzg.ts'
import { openL1, openServers } from './places.ts'
import { recentBlobs } from './start-check.ts'

export interface BlobProbeDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** Shared with others; made and closed here when left out. */
  readonly kzg?: Kzg
}

/** What one beacon node answered for a blob of one block. */
export interface BlobProbe {
  readonly source: string
  /** L1 block that has the blob. */
  readonly block: bigint
  /** Why it did not serve it; undefined when it did. */
  readonly refused: string | undefined
}

/** L1 blocks after which beacon nodes may prune a blob by their own rule, less a day: 4,096 epochs of 32 slots. */
export const keptBlocks = 131_072n - 7_200n

/**
 * Asks every beacon node for a blob, whoever published it, of a block so many blocks before the head.
 * @returns undefined when no block there has blobs. @throws {DaError} `DA_UNAVAILABLE`.
 */
export async function probeBlobSources(
  deps: BlobProbeDeps,
  options: EthereumBlobsOptions,
  ago: bigint,
  signal: AbortSignal,
): Promise<readonly BlobProbe[] | undefined> {
  const { timeoutMs = 30_000, retentionSeconds = 1_572_864, slots = 'beacon' } = options
  const kzg = deps.kzg ?? createKzg({ log: deps.log }, { precompute: false })
  try {
    const l1 = openL1(options.rpcUrls, deps.clock, timeoutMs)
    const sources = createBlobSources(
      { ...deps, kzg, ...openServers(options, deps.clock, timeoutMs) },
      { retentionSeconds },
    )
    const block = await recentBlobs({ l1 }, signal, ago)
    const hash = block?.blobTransactions[0]?.versionedHashes[0]
    if (block === undefined || hash === undefined) return undefined
    const { number, timestamp } = block
    const id = await createAddressing(sources, l1, slots).blockIdOf({ blockNumber: number, timestamp }, signal)
    if (id === undefined) return undefined
    const wanted = new Uint8Array(Buffer.from(hash.slice(2), 'hex'))
    const answers = await sources.check({ id, timestamp }, wanted, signal)
    return answers.map(({ source, found }) => ({
      source,
      block: number,
      refused: 'blob' in found ? undefined : found.reason,
    }))
  } finally {
    if (deps.kzg === undefined) await kzg.close()
  }
}
