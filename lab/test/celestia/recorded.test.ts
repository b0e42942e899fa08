import { readFileSync } from 'node:fs'
import { userNamespace } from '@parley/da-adapters/celestia'
import { decodeCommitmentProof, decodeHeader, decodeNamespaceData } from '@parley/da-adapters/decoders'
import { describe, expect, test } from 'vitest'
import { celestiaAnswers } from '../../src/celestia-double/answers.ts'
import { patience, sample, stage } from './support.ts'

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const vectors = read('../../../da-adapters/test/vectors/celestia.json')
const recorded = read('../vectors/celestia-headers.json').headers
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Names of all fields, with those of what is inside them; of a list those of its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, shapeOf(inner)])
      .sort(),
  )
}

/** As `shapeOf`, without what Go leaves out where it is zero. */
function fullShapeOf(value: object, zeros: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(shapeOf(value), (name, inner) => (zeros.includes(name) ? undefined : inner)))
}

const zeros = ['start', 'start_row', 'end_row', 'index', 'leaf_hash']

describe('what celestia-node really wrote', () => {
  test('headers › are read, each with the data root that follows from its axes', () => {
    const [first, second] = recorded.map(decodeHeader)
    expect([first.chainId, first.height, second.height]).toEqual(['private', 27n, 28n])
    expect(hex(first.dataRoot).toUpperCase()).toBe(recorded[0].header.data_hash)
  })

  test('commitment proofs › are read as they are, zeros left out and numbers as texts', () => {
    for (const { proof } of vectors.proofs.commitment_proof) {
      const decoded = decodeCommitmentProof(proof)
      expect(decoded.subtreeRoots).toHaveLength(proof.subtree_roots.length)
      expect(decoded.rowProofs.map(({ total }) => `${total}`)).toEqual(
        proof.row_proof.proofs.map(({ total }: { total: string }) => total),
      )
      expect(hex(decoded.namespace.subarray(1))).toBe(hex(Buffer.from(proof.namespace_id, 'base64')))
    }
  })

  test('namespace data › are read as they are', () => {
    const [{ rows }] = vectors.proofs.namespace_data
    const [row] = decodeNamespaceData(rows)
    expect(row!.shares).toHaveLength(1)
    expect(row!.proof).toMatchObject({ start: 3, end: 4 })
    expect(row!.proof.leafHash).toBeUndefined()
    expect(decodeNamespaceData(null)).toEqual([])
  })
})

describe('what the double writes', () => {
  const { header, proof, namespaceData } = celestiaAnswers()

  test('headers and proofs › have the fields that celestia-node’s have', () => {
    expect(shapeOf(header)).toEqual(shapeOf(recorded[0]))
    const [{ proof: real }] = vectors.proofs.commitment_proof
    expect(fullShapeOf(proof, zeros)).toEqual(fullShapeOf(real, zeros))
    const [{ rows }] = vectors.proofs.namespace_data
    expect(fullShapeOf(namespaceData, zeros)).toEqual(fullShapeOf(rows, zeros))
  })
})

test('requests › are those of celestia-node’s API, the namespace whole and the price set', async () => {
  const { double, open } = await stage()
  const da = await open()
  const calls = new Map<string, readonly unknown[]>()
  double.meddle(async ({ method, params }) => {
    calls.set(method, params)
    return undefined
  })
  const { pointer, height } = await da.submit(sample(500), {}, patience())
  await da.retrieve(pointer, patience())
  const namespace = Buffer.from(pointer.subarray(13, 42)).toString('base64')
  const commitment = Buffer.from(pointer.subarray(43, 75)).toString('base64')
  const data = Buffer.from(sample(500)).toString('base64')
  expect(Object.fromEntries(calls)).toEqual({
    'header.LocalHead': [],
    'blob.Submit': [
      [{ namespace, data, share_version: 0, commitment, index: -1 }],
      { gas: 4_096 * 2 + 700 + 75_000, gas_price: 0.004, is_gas_price_set: true, max_gas_price: 0.4 },
    ],
    'header.GetByHeight': [Number(height)],
    'blob.Get': [Number(height), namespace, commitment],
    'blob.GetCommitmentProof': [Number(height), namespace, commitment],
  })
  expect(userNamespace(pointer.subarray(32, 42))).toEqual(Uint8Array.from(pointer.subarray(13, 42)))
  await da.close()
})
