import { describe, expect, test } from 'vitest'
import {
  blobCommitment,
  commitmentOfShares,
  nextBlobStart,
  subtreeSizes,
  subtreesOf,
  subtreeWidth,
} from '../src/celestia/primitives/commitment.ts'
import { wrongInCommitmentProof } from '../src/celestia/primitives/commitment-proof.ts'
import { dataRootOf, isSquare } from '../src/celestia/primitives/data-root.ts'
import { isInMerkleTree, merkleProof, merkleRoot } from '../src/celestia/primitives/merkle.ts'
import { isUserNamespace, reservedNamespaces, userNamespace } from '../src/celestia/primitives/namespace.ts'
import { namespaceShares } from '../src/celestia/primitives/namespace-data.ts'
import { nmtLeaf, nmtRootOf } from '../src/celestia/primitives/nmt.ts'
import { type Blob, blobShares, paddingShare, sequencesIn, sharesFor } from '../src/celestia/primitives/shares.ts'
import { base64, celestiaVectors, commitmentProof, hex, merkleProofOf, nmtProof } from './support/celestia-vectors.ts'

const {
  commitments,
  commitments_nonstandard_root: nonstandard,
  data_roots: dataRoots,
  proofs,
  layout,
} = celestiaVectors
const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex')
const namespace = userNamespace(Buffer.from('rollup-ts0'))

/** All with one bit changed, the first of each `every`. */
function* flipped(bytes: Uint8Array, every = 1): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += every) {
    const changed = Uint8Array.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    yield changed
  }
}

function blobOf({ namespace, data, signer }: { namespace: string; data: string; signer?: string }): Blob {
  const bytes = { namespace: base64(namespace), data: base64(data) }
  return signer === undefined ? bytes : { ...bytes, signer: base64(signer) }
}

describe('share commitment', () => {
  test.each(commitments)('$name › is what others computed', (vector) => {
    expect(hex(blobCommitment(blobOf(vector)))).toBe(vector.commitment_hex)
    expect(sharesFor(base64(vector.data).length, vector.signer !== undefined)).toBe(vector.shares)
  })

  test('one bit of data, namespace or signer › changes it', () => {
    const blob = blobOf(commitments[2]!)
    const own = hex(blobCommitment(blob))
    for (const data of flipped(blob.data)) expect(hex(blobCommitment({ ...blob, data }))).not.toBe(own)
    for (const changed of flipped(blob.namespace))
      expect(hex(blobCommitment({ ...blob, namespace: changed }))).not.toBe(own)
    for (const signer of flipped(blob.signer!)) expect(hex(blobCommitment({ ...blob, signer }))).not.toBe(own)
  })

  test.each(nonstandard)('$name › subtree roots are the same where only the last hash differs', (vector) => {
    const length = vector.signer === undefined ? 960 : 940
    const shares = blobShares({ ...blobOf(vector), data: new Uint8Array(length).fill(0xff) })
    const roots = subtreesOf(base64(vector.namespace), shares, subtreeWidth(shares.length)).map(({ node }) => hex(node))
    expect(roots).toEqual(vector.subtree_roots.map((root) => hex(base64(root))))
    expect(hex(blobCommitment({ ...blobOf(vector), data: new Uint8Array(length).fill(0xff) }))).not.toBe(
      vector.expected_hex,
    )
  })

  test('a place in a square › is where others put the blob', () => {
    for (const [cursor, shares, next] of layout.next_share_index.rows) expect(nextBlobStart(cursor, shares)).toBe(next)
    for (const [shares, width, sizes] of layout.mmr.rows) expect(subtreeSizes(0, shares, width)).toEqual(sizes)
  })
})

describe('shares', () => {
  test('sequences › blobs come back, padding does not, and what follows nothing is told', () => {
    const first = blobShares({ namespace, data: new Uint8Array(1_500).fill(1) })
    const second = blobShares({ namespace, data: new Uint8Array(478).fill(2) })
    const found = sequencesIn([paddingShare(namespace), ...first, paddingShare(namespace), ...second])
    if ('wrong' in found) throw new Error(found.wrong)
    expect(found.map(({ at, shares }) => [at, shares.length])).toEqual([
      [1, 4],
      [6, 1],
    ])
    expect(hex(commitmentOfShares(namespace, found[0]!.shares))).toBe(
      hex(blobCommitment({ namespace, data: new Uint8Array(1_500).fill(1) })),
    )
    expect(sequencesIn(first.slice(1))).toEqual({ wrong: 'share 0 continues nothing' })
    expect(sequencesIn(first.slice(0, 3))).toEqual({ wrong: 'share 0 begins 1500 bytes that end beyond the last' })
  })

  test('namespaces › those of users are told from those of the protocol', () => {
    expect(isUserNamespace(namespace)).toBe(true)
    for (const reserved of Object.values(reservedNamespaces)) expect(isUserNamespace(reserved)).toBe(false)
    expect(isUserNamespace(namespace.slice(1))).toBe(false)
    expect(() => userNamespace(Buffer.from('short'))).toThrow('has 5 bytes, not 10')
  })
})

describe('data root', () => {
  test.each(dataRoots.filter(({ row_roots: rows }) => rows !== undefined))(
    '$name › follows from the axes',
    (vector) => {
      const roots = { rows: vector.row_roots!.map(base64), columns: vector.column_roots!.map(base64) }
      expect(isSquare(roots)).toBe(true)
      expect(hex(dataRootOf(roots))).toBe(vector.data_root_hex)
      expect(hex(dataRootOf({ rows: roots.columns, columns: roots.rows }))).not.toBe(
        hex(dataRootOf({ ...roots, rows: [] })),
      )
      expect(isSquare({ ...roots, rows: roots.rows.slice(1) })).toBe(false)
    },
  )

  test('tuple root › is the Merkle root of heights and data roots', () => {
    for (const vector of proofs.blobstream_tuple_root) {
      const leaves = vector.data_roots_hex.map((root, i) =>
        fromHex((vector.first_height + i).toString(16).padStart(64, '0') + root),
      )
      expect(hex(merkleRoot(leaves))).toBe(vector.data_root_tuple_root_hex)
    }
  })

  test('Merkle proofs › hold for every leaf of every size, and for no other leaf, place or aunt', () => {
    for (let total = 1; total <= 17; total++) {
      const leaves = Array.from({ length: total }, (_, i) => Uint8Array.of(i))
      const root = merkleRoot(leaves)
      for (const [index, leaf] of leaves.entries()) {
        const proof = merkleProof(leaves, index)
        expect(isInMerkleTree(root, leaf, proof)).toBe(true)
        expect(isInMerkleTree(root, Uint8Array.of(99), proof)).toBe(false)
        expect(isInMerkleTree(root, leaf, { ...proof, index: index + 1 })).toBe(false)
        expect(isInMerkleTree(root, leaf, { ...proof, aunts: [...proof.aunts, root] })).toBe(false)
        if (total > 1) expect(isInMerkleTree(root, leaf, { ...proof, aunts: proof.aunts.slice(1) })).toBe(false)
      }
    }
  })
})

describe('commitment proof', () => {
  const cases = proofs.commitment_proof.map((vector) => {
    const proof = commitmentProof(vector)
    const shares = proof.subtreeRootProofs.reduce((sum, { start, end }) => sum + end - start, 0)
    const blob = { namespace: proof.namespace, commitment: base64(vector.commitment), shares }
    return { name: vector.name, proof, blob, dataRoot: base64(vector.data_root) }
  })

  test.each(cases)('$name › leads to the data root', ({ proof, blob, dataRoot }) => {
    expect(wrongInCommitmentProof(proof, blob, dataRoot)).toBeUndefined()
  })

  test.each(cases)('$name › holds for nothing else', ({ proof, blob, dataRoot }) => {
    const wrong = (changed: Partial<typeof proof>, against: Partial<typeof blob> = {}, root = dataRoot) =>
      wrongInCommitmentProof({ ...proof, ...changed }, { ...blob, ...against }, root)
    for (const root of flipped(dataRoot, 37)) expect(wrong({}, {}, root)).toMatch('not under the data root')
    for (const commitment of flipped(blob.commitment, 37))
      expect(wrong({}, { commitment })).toMatch('another commitment')
    for (const other of flipped(blob.namespace, 37))
      expect(wrong({}, { namespace: other })).toMatch('another namespace')
    expect(wrong({}, { shares: blob.shares + 1 })).toMatch('shares are proven')
    expect(wrong({ startRow: proof.startRow + 1, endRow: proof.endRow + 1 })).toMatch('not where it says')
    expect(wrong({ endRow: proof.endRow + 1 })).toMatch('not as many')
    expect(wrong({ subtreeRootProofs: proof.subtreeRootProofs.slice(1) })).toMatch('one proof for each row')
    expect(wrong({ rowProofs: proof.rowProofs.slice(1) })).toBeDefined()
    expect(wrong({ subtreeRoots: proof.subtreeRoots.map((root) => root.slice(1)) })).toMatch('no node')
    const [first, ...rest] = proof.subtreeRootProofs
    for (const changed of [
      { ...first!, nodes: first!.nodes.slice(1) },
      { ...first!, nodes: [...first!.nodes, first!.nodes[0]!] },
      { ...first!, nodes: first!.nodes.map((node) => [...flipped(node, 701)][1]!) },
    ])
      expect(wrong({ subtreeRootProofs: [changed, ...rest] })).toMatch('not in row')
  })

  test('a column’s root › does not pass for a row', () => {
    const vector = proofs.share_proof[0]!
    const axes = [...vector.dah.row_roots, ...vector.dah.column_roots].map(base64)
    const column = 4
    const honest = cases[0]!.proof
    const proof = {
      ...honest,
      rowRoots: [axes[column]!],
      rowProofs: [merkleProof(axes, column)],
      startRow: column,
      endRow: column,
    }
    expect(wrongInCommitmentProof(proof, cases[0]!.blob, fromHex(vector.data_root_hex))).toMatch('not where it says')
  })
})

describe('shares under a data root', () => {
  test.each(proofs.share_proof)('$name › leads to it', ({ proof, dah, data_root_hex: root }) => {
    const shares = proof.data.map(base64)
    let taken = 0
    for (const [i, part] of proof.share_proofs.map(nmtProof).entries()) {
      const count = part.end - part.start
      const leaves = shares.slice(taken, taken + count).map((share) => {
        return { leaves: 1, node: nmtLeaf(share.subarray(0, 29), share) }
      })
      taken += count
      const row = fromHex(proof.row_proof.row_roots[i]!)
      expect(hex(nmtRootOf(dah.row_roots.length, part, leaves)!)).toBe(hex(row))
      expect(isInMerkleTree(fromHex(root), row, merkleProofOf(proof.row_proof.proofs[i]!))).toBe(true)
    }
    expect(taken).toBe(shares.length)
    expect(hex(dataRootOf({ rows: dah.row_roots.map(base64), columns: dah.column_roots.map(base64) }))).toBe(root)
  })
})

describe('namespace data', () => {
  const [vector] = proofs.namespace_data
  const roots = { rows: vector!.row_roots.map(base64), columns: vector!.column_roots.map(base64) }
  const parts = vector!.rows.map(({ shares, proof }) => ({ shares: shares.map(base64), proof: nmtProof(proof) }))
  const own = base64(vector!.namespace)

  test('what others recorded › is complete', () => {
    expect(hex(dataRootOf(roots))).toBe(vector!.data_hash_hex)
    expect(namespaceShares(roots, own, parts)).toEqual(parts.flatMap(({ shares }) => shares))
  })

  test('a namespace that no row spans › is absent without any proof', () => {
    const between = Uint8Array.from(own)
    between[28]! += 1
    expect(namespaceShares(roots, between, [])).toEqual([])
  })

  test('what is left out, added or changed › is told', () => {
    expect(namespaceShares(roots, own, [])).toEqual({ wrong: '0 rows are served, 1 span the namespace' })
    const [part] = parts
    const nothing = { shares: [], proof: part!.proof }
    expect(namespaceShares(roots, own, [nothing])).toMatchObject({
      wrong: expect.stringMatching('no proof of absence'),
    })
    for (const share of flipped(part!.shares[0]!, 509))
      expect(namespaceShares(roots, own, [{ ...part!, shares: [share] }])).toMatchObject({ wrong: expect.any(String) })
    const moved = { ...part!, proof: { ...part!.proof, start: part!.proof.start - 1, end: part!.proof.end - 1 } }
    expect(namespaceShares(roots, own, [moved])).toMatchObject({ wrong: expect.stringMatching('does not lead') })
    const leaf = nmtLeaf(own, part!.shares[0]!)
    const absent = { shares: [], proof: { ...part!.proof, leafHash: leaf } }
    expect(namespaceShares(roots, own, [absent])).toMatchObject({ wrong: expect.stringMatching('not above it') })
  })
})
