import type { CommitmentProof } from '../primitives/commitment-proof.ts'
import { type AxisRoots, dataRootOf, isSquare, maxExtendedWidth } from '../primitives/data-root.ts'
import type { MerkleProof } from '../primitives/merkle.ts'
import type { NamespaceRow } from '../primitives/namespace-data.ts'
import { type NmtProof, nmtNodeBytes } from '../primitives/nmt.ts'
import { sameBytes } from '../primitives/same-bytes.ts'
import { shareBytes } from '../primitives/shares.ts'
import { Fields, listOf } from './fields.ts'
import { NodeFault } from './node-fault.ts'

/** What is used of a block's header. */
export interface CelestiaHeader {
  readonly chainId: string
  readonly height: bigint
  /** When it was made, in milliseconds since 1970. */
  readonly time: number
  /** 32 bytes; follows from the roots. */
  readonly dataRoot: Uint8Array
  readonly roots: AxisRoots
}

/** Most nodes of a proof, and most subtree roots: more than any square has. */
const maxNodes = 4_096

/** @throws {NodeFault} `nonsense`, also when the roots of the axes have another root than the header says. */
export function decodeHeader(value: unknown): CelestiaHeader {
  const fields = new Fields(value, 'header')
  const header = fields.inner('header')
  const dah = fields.inner('dah')
  const roots = {
    rows: dah.bytesList('row_roots', maxExtendedWidth, nmtNodeBytes),
    columns: dah.bytesList('column_roots', maxExtendedWidth, nmtNodeBytes),
  }
  const dataRoot = header.hex('data_hash', 32)
  if (!isSquare(roots)) throw new NodeFault('nonsense', 'the node’s header names axes of no square')
  if (!sameBytes(dataRootOf(roots), dataRoot))
    throw new NodeFault('nonsense', 'the node’s header has another data root than its axes')
  return {
    chainId: header.text('chain_id'),
    height: BigInt(header.count('height')),
    time: header.time('time'),
    dataRoot,
    roots,
  }
}

function decodeNmtProof(value: unknown, path: string): NmtProof {
  const fields = new Fields(value, path)
  const range = { start: fields.count('start', 0), end: fields.count('end', 0) }
  const proof = { ...range, nodes: fields.bytesList('nodes', maxNodes, nmtNodeBytes) }
  const leaf = leafOf(value, path)
  return leaf === undefined ? proof : { ...proof, leafHash: leaf }
}

/** Undefined when it is left out or empty. */
function leafOf(value: unknown, path: string): Uint8Array | undefined {
  const { leaf_hash: leaf } = value as { leaf_hash?: unknown }
  return leaf === undefined || leaf === null || leaf === ''
    ? undefined
    : new Fields(value, path).base64('leaf_hash', nmtNodeBytes)
}

function decodeMerkleProof(value: unknown, path: string): MerkleProof {
  const fields = new Fields(value, path)
  return {
    total: fields.count('total', 0),
    index: fields.count('index', 0),
    leafHash: fields.base64('leaf_hash', 32),
    aunts: fields.bytesList('aunts', 64, 32),
  }
}

/** @throws {NodeFault} `nonsense`. */
export function decodeCommitmentProof(value: unknown): CommitmentProof {
  const fields = new Fields(value, 'proof')
  const rows = fields.inner('row_proof')
  const version = fields.count('namespace_version', 0)
  return {
    namespace: Buffer.concat([Uint8Array.of(version), fields.base64('namespace_id', 28)]),
    subtreeRoots: fields.bytesList('subtree_roots', maxNodes, nmtNodeBytes),
    subtreeRootProofs: fields.list('subtree_root_proofs', maxExtendedWidth, decodeNmtProof),
    rowRoots: rows.bytesList('row_roots', maxExtendedWidth, nmtNodeBytes),
    rowProofs: rows.list('proofs', maxExtendedWidth, decodeMerkleProof),
    startRow: rows.count('start_row', 0),
    endRow: rows.count('end_row', 0),
  }
}

/** @throws {NodeFault} `nonsense`. */
export function decodeNamespaceData(value: unknown): NamespaceRow[] {
  return listOf(value, 'namespace data', maxExtendedWidth, (item, path) => {
    const fields = new Fields(item, path)
    const shares = fields.bytesList('shares', maxExtendedWidth, shareBytes)
    const { proof } = item as { proof?: unknown }
    return { shares, proof: decodeNmtProof(proof, `${path}.proof`) }
  })
}

/** The data of a served blob, unchecked. @throws {NodeFault} `nonsense`. */
export function decodeBlobData(value: unknown): Uint8Array {
  return new Fields(value, 'blob').base64('data')
}
