import { ContainerType, ListCompositeType, VectorCompositeType } from '@chainsafe/ssz'
import { maxChunkBytes } from '@parley/execution'
import {
  type BlockHeader,
  BlockHeaderType,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  limits,
  type Prices,
  PricesType,
  StateNodes,
  sameBytes,
  Uint8Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol'
import { NodeError } from '../faults.ts'
import { stateOfRoots, type VerifiedState } from '../store/chain-records.ts'

/** Form of manifests that this version writes and reads. */
export const manifestForm = 1
/** Parts of one shard at most. */
const maxPartsPerShard = 2 ** 16
/** Bytes of a manifest at most. */
export const maxManifestBytes = 16 * 2 ** 20
/** Bytes of a part at most. */
const maxSnapshotPartBytes = maxChunkBytes

/** A piece of one shard's state, named by what it holds. */
export interface SnapshotPart {
  /** SHA-256 of its bytes. */
  readonly digest: Bytes32
  readonly bytes: number
}

/** What a snapshot of a final state consists of. @see docs/spec/snapshots.md */
export interface SnapshotManifest {
  readonly form: number
  readonly chainId: bigint
  readonly inbox: Uint8Array
  /** The claim that ends with this state. */
  readonly claim: bigint
  readonly claimHash: Bytes32
  readonly header: BlockHeader
  readonly prices: Prices
  /** By shard: its root, and its parts in their order. */
  readonly shards: readonly { readonly root: Bytes32; readonly parts: readonly SnapshotPart[] }[]
}

const ManifestType = new ContainerType({
  form: Uint8Type,
  chainId: Uint64Type,
  inbox: Bytes20Type,
  claim: Uint64Type,
  claimHash: Bytes32Type,
  header: BlockHeaderType,
  prices: PricesType,
  shards: new VectorCompositeType(
    new ContainerType({
      root: Bytes32Type,
      parts: new ListCompositeType(new ContainerType({ digest: Bytes32Type, bytes: Uint32Type }), maxPartsPerShard),
    }),
    limits.shards,
  ),
})

/** @throws {NodeError} `SNAPSHOT_TOO_LARGE` when there are more parts than a manifest may have. */
export function encodeManifest(manifest: SnapshotManifest): Uint8Array {
  const most = Math.max(...manifest.shards.map(({ parts }) => parts.length))
  const maximum = maxPartsPerShard
  if (most > maximum) throw new NodeError({ code: 'SNAPSHOT_TOO_LARGE', what: 'parts of a shard', size: most, maximum })
  const shards = manifest.shards.map(({ root, parts }) => ({ root, parts: [...parts] }))
  const bytes = ManifestType.serialize({ ...manifest, shards })
  if (bytes.length > maxManifestBytes)
    throw new NodeError({
      code: 'SNAPSHOT_TOO_LARGE',
      what: 'bytes of the manifest',
      size: bytes.length,
      maximum: maxManifestBytes,
    })
  return bytes
}

/**
 * Reads a manifest that somebody served, and checks all of it that the L2 need not be asked for.
 * @param source - Who served it.
 * @throws {NodeError} `SNAPSHOT_MANIFEST_INVALID`.
 */
export function decodeManifest(source: string, bytes: Uint8Array): SnapshotManifest {
  const invalid = (field: string, expected: string, cause?: unknown): NodeError =>
    new NodeError({ code: 'SNAPSHOT_MANIFEST_INVALID', source, field, expected }, { cause })
  if (bytes.length > maxManifestBytes) throw invalid('bytes', `at most ${maxManifestBytes}`)
  if (bytes[0] !== manifestForm) throw invalid('form', String(manifestForm))
  let manifest: SnapshotManifest
  try {
    // A copy: fields of a manifest are bytes of their own.
    const decoded = ManifestType.deserialize(Uint8Array.from(bytes))
    if (!sameBytes(ManifestType.serialize(decoded), bytes)) throw new TypeError('it is not in its one form')
    manifest = decoded
  } catch (cause) {
    throw invalid('manifest', 'SSZ of a manifest in its one form', cause)
  }
  for (const [shard, { parts }] of manifest.shards.entries()) {
    if (parts.length === 0) throw invalid(`shards[${shard}].parts`, 'at least one part')
    const wrong = parts.findIndex((part) => part.bytes < 1 || part.bytes > maxSnapshotPartBytes)
    if (wrong !== -1) throw invalid(`shards[${shard}].parts[${wrong}].bytes`, `1 to ${maxSnapshotPartBytes}`)
  }
  const { root } = new StateNodes(stateOfRoots(stateOf(manifest)))
  if (!sameBytes(root, manifest.header.stateRoot)) throw invalid('shards', 'roots that lead to the header’s stateRoot')
  return manifest
}

/** The state that a manifest describes, as its roots. */
export function stateOf({ header, prices, shards }: SnapshotManifest): VerifiedState {
  return { header, prices, shardRoots: shards.map(({ root }) => root) }
}

/** Bytes of all parts. */
export function bytesOf({ shards }: Pick<SnapshotManifest, 'shards'>): number {
  return shards.reduce((sum, { parts }) => sum + bytesOfParts(parts), 0)
}

export function bytesOfParts(parts: readonly SnapshotPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}
