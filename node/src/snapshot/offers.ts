import type { Bytes32 } from '@parley/protocol'
import { bytesOfParts, type SnapshotManifest, type SnapshotPart } from './manifest.ts'
import type { SnapshotSource } from './snapshot-source.ts'

/** A manifest that holds, and who served it. */
export interface Offer {
  readonly source: SnapshotSource
  readonly manifest: SnapshotManifest
}

/** Parts that some sources say a shard consists of. */
interface ShardEntry {
  readonly root: Bytes32
  readonly parts: readonly SnapshotPart[]
  readonly sources: readonly SnapshotSource[]
}

/**
 * What offers of one claim say of a shard, each version once: the shortest first, so that nobody makes a shard seem longer
 * than it is to cost a node more than the shard; then that of the most sources.
 */
export function entriesOfShard(shard: number, offers: readonly Offer[]): readonly ShardEntry[] {
  const entries = new Map<string, { root: Bytes32; parts: readonly SnapshotPart[]; sources: SnapshotSource[] }>()
  for (const { source, manifest } of offers) {
    const entry = manifest.shards[shard]
    if (entry === undefined) continue
    const key = entry.parts.map(({ digest, bytes }) => `${Buffer.from(digest).toString('hex')}/${bytes}`).join()
    const known = entries.get(key)
    if (known === undefined) entries.set(key, { ...entry, sources: [source] })
    else known.sources.push(source)
  }
  return [...entries.values()].sort(
    (a, b) => bytesOfParts(a.parts) - bytesOfParts(b.parts) || b.sources.length - a.sources.length,
  )
}
