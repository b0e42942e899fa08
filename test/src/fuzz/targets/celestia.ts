import {
  decodeCelestiaPointer,
  decodeCommitmentProof,
  decodeHeader,
  decodeNamespaceData,
  encodeCelestiaPointer,
  NodeFault,
  namespaceShares,
  wrongInCommitmentProof,
} from '@parley/da-adapters/decoders'
import { celestiaAnswers } from '@parley/lab/decoders'
import { DaError } from '@parley/protocol'
import { Seeded } from '../../vectors/seeded.ts'
import type { Random } from '../random.ts'
import { accepted, assertSame, type FuzzTarget, Garbage, refused, type Verdict, verdictOf } from '../target.ts'

const random = new Seeded('parley fuzz/celestia')
const text = new TextDecoder()

function pointer(): FuzzTarget {
  const chain = random.bytes(4)
  const namespace = new Uint8Array(29)
  namespace.set(random.bytes(10), 19)
  const valid = (blobs: number) =>
    encodeCelestiaPointer({
      chain,
      height: 7n,
      namespace,
      blobs: Array.from({ length: blobs }, () => ({ commitment: random.bytes(32), length: 1_000 })),
      dataRoot: random.bytes(32),
      digest: random.bytes(32),
    })
  return {
    name: 'pointer celestia',
    weight: 1,
    corpus: [valid(1), valid(2)],
    run: (input) =>
      verdictOf(() => {
        const again = encodeCelestiaPointer(decodeCelestiaPointer(input, { chain, maxBytes: 2 ** 23 }))
        assertSame(input, again, 'pointer celestia')
      }, DaError),
  }
}

/** Values that a node may have in the place of any other. */
const junk: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e300,
  2 ** 53,
  '',
  'A',
  'AAAA',
  '====',
  [],
  {},
  [null],
  '9'.repeat(30),
]

/** The valid answer with some of its fields replaced, left out, doubled, or with a character changed. */
function spoilt(valid: unknown, random: Random): unknown {
  if (typeof valid === 'object' && valid !== null && random.below(12) > 0) {
    if (Array.isArray(valid)) {
      const items = [...valid]
      const at = random.below(Math.max(1, items.length))
      const fate = random.below(8)
      if (fate === 0) items.splice(at, 1)
      else if (fate === 1) items.splice(at, 0, items[at])
      else items[at] = spoilt(items[at], random)
      return items
    }
    const names = Object.keys(valid)
    const name = random.pick(names)
    const inner = spoilt((valid as Record<string, unknown>)[name], random)
    return Object.fromEntries(Object.entries({ ...valid, [name]: inner }).filter(() => random.below(200) > 0))
  }
  if (typeof valid === 'string' && valid !== '' && random.below(3) > 0) {
    const at = random.below(valid.length)
    return `${valid.slice(0, at)}${random.pick([...'AQgw0f9z'])}${valid.slice(at + 1)}`
  }
  if (typeof valid === 'number' && random.below(3) > 0) return valid + random.pick([-1, 1, 64])
  return random.pick(junk)
}

/** An answer of a node as text; only what is JSON gets to the decoder, as in the client. */
function answer(name: string, valid: unknown, decode: (value: unknown) => void): FuzzTarget {
  const run = (input: Uint8Array): Verdict => {
    let value: unknown
    try {
      value = JSON.parse(text.decode(input))
    } catch {
      return refused('not JSON')
    }
    try {
      decode(value)
      return accepted
    } catch (error) {
      if (error instanceof NodeFault) return refused(error.kind)
      throw error
    }
  }
  const encoded = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  return { name, weight: 1, corpus: [encoded(valid)], shape: (random) => encoded(spoilt(valid, random)), run }
}

/** Everything of a proof that is read, as text. */
const proofText = ({ subtreeRootProofs, ...proof }: ReturnType<typeof decodeCommitmentProof>): string =>
  JSON.stringify(
    { ...proof, ranges: subtreeRootProofs.map(({ start, end, nodes }) => ({ start, end, nodes })) },
    bytesAsHex,
  )

const bytesAsHex = (_name: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value

/** What Celestia's adapter reads: pointers of claims and answers of nodes. */
export function celestiaTargets(): FuzzTarget[] {
  const { header, proof, namespaceData, blob } = celestiaAnswers()
  const { dataRoot, roots } = decodeHeader(header)
  const provenText = proofText(decodeCommitmentProof(proof))
  const shares = JSON.stringify(namespaceShares(roots, blob.namespace, decodeNamespaceData(namespaceData)))
  return [
    pointer(),
    answer('celestia header', header, decodeHeader),
    answer('celestia commitment proof', proof, (value) => {
      const decoded = decodeCommitmentProof(value)
      const wrong = wrongInCommitmentProof(decoded, blob, dataRoot)
      if (wrong !== undefined) throw new NodeFault('nonsense', wrong)
      if (proofText(decoded) !== provenText) throw new Garbage('celestia commitment proof: another proof holds, too')
    }),
    answer('celestia namespace data', namespaceData, (value) => {
      const found = namespaceShares(roots, blob.namespace, decodeNamespaceData(value))
      if ('wrong' in found) throw new NodeFault('nonsense', found.wrong)
      if (JSON.stringify(found) !== shares) throw new Garbage('celestia namespace data: other shares are complete, too')
    }),
  ]
}
