import type { BlobPlace, CelestiaNode } from './node/celestia-node.ts'
import type { CelestiaHeader } from './node/decoding.ts'
import { NodeFault } from './node/node-fault.ts'
import { commitmentOfShares } from './primitives/commitment.ts'
import { wrongInCommitmentProof } from './primitives/commitment-proof.ts'
import { namespaceShares } from './primitives/namespace-data.ts'
import { sameBytes } from './primitives/same-bytes.ts'
import { sequencesIn, sharesFor } from './primitives/shares.ts'

/** A blob that a header is asked about. */
export interface SoughtBlob {
  readonly namespace: Uint8Array
  readonly commitment: Uint8Array
  /** Bytes. */
  readonly length: number
}

/**
 * Checks that a blob is under the header's data root, without its bytes.
 * @throws {NodeFault} `not found` when the node says so; `nonsense` when its proof does not hold.
 */
export async function checkIncluded(
  node: CelestiaNode,
  { height, dataRoot }: Pick<CelestiaHeader, 'height' | 'dataRoot'>,
  { length, ...blob }: SoughtBlob,
  signal: AbortSignal,
): Promise<void> {
  const place: BlobPlace = { height, ...blob }
  const proof = await node.commitmentProof(place, signal)
  const wrong = wrongInCommitmentProof(proof, { ...blob, shares: sharesFor(length) }, dataRoot)
  if (wrong !== undefined) throw new NodeFault('nonsense', `the node’s proof of inclusion does not hold: ${wrong}`)
}

/**
 * Whether it is proven that a blob is not under the header's data root: all shares of its namespace, complete, and none of
 * them its. False when the node proves nothing.
 */
export async function isProvenAbsent(
  node: CelestiaNode,
  { height, roots }: CelestiaHeader,
  { namespace, commitment }: SoughtBlob,
  signal: AbortSignal,
): Promise<boolean> {
  const parts = await node.namespaceData(height, namespace, signal)
  const shares = namespaceShares(roots, namespace, parts)
  if ('wrong' in shares) return false
  const sequences = sequencesIn(shares)
  if ('wrong' in sequences) return false
  return !sequences.some((sequence) => sameBytes(commitmentOfShares(namespace, sequence.shares), commitment))
}
