import { readFileSync } from 'node:fs'
import type { CommitmentProof } from '../../src/celestia/primitives/commitment-proof.ts'
import type { MerkleProof } from '../../src/celestia/primitives/merkle.ts'
import type { NmtProof } from '../../src/celestia/primitives/nmt.ts'

interface NmtProofJson {
  readonly start?: number
  readonly end: number
  readonly nodes: readonly string[]
  readonly leaf_hash?: string
}

interface MerkleProofJson {
  readonly total: string | number
  readonly index?: string | number
  readonly leaf_hash: string
  readonly aunts: readonly string[]
}

interface RowProofJson {
  readonly row_roots: readonly string[]
  readonly proofs: readonly MerkleProofJson[]
  readonly start_row?: number
  readonly end_row?: number
}

interface CommitmentVector {
  readonly name: string
  readonly namespace: string
  readonly data: string
  readonly signer?: string
  readonly shares: number
  readonly commitment_hex: string
}

interface RootsJson {
  readonly row_roots: readonly string[]
  readonly column_roots: readonly string[]
}

interface Vectors {
  readonly commitments: readonly CommitmentVector[]
  readonly commitments_nonstandard_root: readonly {
    readonly name: string
    readonly namespace: string
    readonly data: string
    readonly signer?: string
    readonly subtree_roots: readonly string[]
    readonly expected_hex: string
  }[]
  readonly data_roots: readonly (Partial<RootsJson> & {
    readonly name: string
    readonly ods_width?: number
    readonly share?: string
    readonly data_root_hex: string
  })[]
  readonly proofs: {
    readonly share_proof: readonly {
      readonly name: string
      readonly proof: {
        readonly data: readonly string[]
        readonly share_proofs: readonly NmtProofJson[]
        readonly row_proof: RowProofJson
      }
      readonly dah: RootsJson
      readonly data_root_hex: string
    }[]
    readonly namespace_data: readonly (RootsJson & {
      readonly name: string
      readonly namespace: string
      readonly rows: readonly { readonly shares: readonly string[]; readonly proof: NmtProofJson }[]
      readonly data_hash_hex: string
    })[]
    readonly blobstream_tuple_root: readonly {
      readonly first_height: number
      readonly data_roots_hex: readonly string[]
      readonly data_root_tuple_root_hex: string
    }[]
    readonly commitment_proof: readonly {
      readonly name: string
      readonly commitment: string
      readonly data_root: string
      readonly proof: {
        readonly subtree_roots: readonly string[]
        readonly subtree_root_proofs: readonly NmtProofJson[]
        readonly namespace_id: string
        readonly namespace_version: number
        readonly row_proof: RowProofJson
      }
    }[]
  }
  readonly layout: {
    readonly next_share_index: { readonly rows: readonly (readonly [number, number, number])[] }
    readonly mmr: { readonly rows: readonly (readonly [number, number, readonly number[]])[] }
  }
}

/** What third parties computed, each entry with its repository, path and commit. */
export const celestiaVectors = JSON.parse(
  readFileSync(new URL('../vectors/celestia.json', import.meta.url), 'utf8'),
) as Vectors

export const base64 = (text: string): Uint8Array => Buffer.from(text, 'base64')
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export function nmtProof({ start = 0, end, nodes, leaf_hash: leaf = '' }: NmtProofJson): NmtProof {
  const range = { start, end, nodes: nodes.map(base64) }
  return leaf === '' ? range : { ...range, leafHash: base64(leaf) }
}

export function merkleProofOf({ total, index = 0, leaf_hash: leaf, aunts }: MerkleProofJson): MerkleProof {
  return { total: Number(total), index: Number(index), leafHash: base64(leaf), aunts: aunts.map(base64) }
}

export function commitmentProof({ proof }: Vectors['proofs']['commitment_proof'][number]): CommitmentProof {
  const { row_proof: rows } = proof
  return {
    namespace: Buffer.concat([Uint8Array.of(proof.namespace_version), base64(proof.namespace_id)]),
    subtreeRoots: proof.subtree_roots.map(base64),
    subtreeRootProofs: proof.subtree_root_proofs.map(nmtProof),
    rowRoots: rows.row_roots.map(base64),
    rowProofs: rows.proofs.map(merkleProofOf),
    startRow: rows.start_row ?? 0,
    endRow: rows.end_row ?? 0,
  }
}
