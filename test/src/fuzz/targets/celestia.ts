import {
  decodeCelestiaPointer,
  decodeCommitmentProof,
  decodeHeader,
  decodeNamespaceData,
  encodeCelestiaPointer,
  NodeFault,
} from '@parley/da-adapters/decoders'
import { celestiaAnswers } from '@parley/lab/decoders'
import { DaError } from '@parley/protocol'
import { Seeded } from '../../vectors/seeded.ts'
import { accepted, assertSame, type FuzzTarget, refused, type Verdict, verdictOf } from '../target.ts'

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
    weight: 2,
    corpus: [valid(1), valid(2)],
    run: (input) =>
      verdictOf(() => {
        const again = encodeCelestiaPointer(decodeCelestiaPointer(input, { chain, maxBytes: 2 ** 23 }))
        assertSame(input, again, 'pointer celestia')
      }, DaError),
  }
}

/** An answer of a node as text; only what is JSON gets to the decoder, as in the client. */
function answer(name: string, valid: unknown, decode: (value: unknown) => unknown): FuzzTarget {
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
  return { name, weight: 2, corpus: [new TextEncoder().encode(JSON.stringify(valid))], run }
}

/** What Celestia's adapter reads: pointers of claims and answers of nodes. */
export function celestiaTargets(): FuzzTarget[] {
  const { header, proof, namespaceData } = celestiaAnswers()
  return [
    pointer(),
    answer('celestia header', header, decodeHeader),
    answer('celestia commitment proof', proof, decodeCommitmentProof),
    answer('celestia namespace data', namespaceData, decodeNamespaceData),
  ]
}
