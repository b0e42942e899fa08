import { CodecError, decodeCore, decodeWitness, encodeCore, encodeWitness, skeletonOf } from '@parley/protocol'
import { storedPlain } from '../../vectors/batches.ts'
import { vectorChain } from '../../vectors/blocks.ts'
import { makeInput } from '../mutate.ts'
import type { Random } from '../random.ts'
import { assertSame, type FuzzTarget, verdictOf } from '../target.ts'

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

/** Narrow and wide columns of a plain encoding whose narrow part is shorter than 16 KiB. */
function split(plain: Uint8Array): { narrow: Uint8Array; wide: Uint8Array } {
  const long = (plain[2]! & 128) !== 0
  const start = long ? 4 : 3
  const length = long ? (plain[2]! & 127) | (plain[3]! << 7) : plain[2]!
  return { narrow: plain.subarray(start, start + length), wide: plain.subarray(start + length) }
}

function join(narrow: Uint8Array, wide: Uint8Array): Uint8Array {
  return new Uint8Array([1, 0, ...varint(narrow.length), ...narrow, ...wide])
}

/** Both parts of a batch. Plain and deflated encodings are mutated; half of the cores with a head that fits. */
export function codecTargets(): FuzzTarget[] {
  const { built } = vectorChain()
  const blocks = built.map(({ block }) => skeletonOf(block))
  const cores = [blocks, ...blocks.map((block) => [block])].map(encodeCore)
  const plain = cores.map(storedPlain)
  const columns = plain.map(split)
  const narrow = columns.map((each) => each.narrow)
  const core = decodeCore(cores[0]!)
  return [
    {
      name: 'core',
      weight: 14,
      corpus: [...cores, ...plain],
      shape: (random: Random) => {
        const { wide } = random.pick(columns)
        const tail = random.below(4) === 0 ? makeInput(random, [wide]) : wide
        return join(makeInput(random, narrow).subarray(0, 16_383), tail)
      },
      run: (input) =>
        verdictOf(() => {
          const decoded = decodeCore(input)
          assertSame(storedPlain(input), storedPlain(encodeCore(decoded)), 'core')
        }, CodecError),
    },
    {
      name: 'witness',
      weight: 4,
      corpus: [encodeWitness(built.map(({ witness }) => witness))],
      run: (input) =>
        verdictOf(() => {
          assertSame(input, encodeWitness(decodeWitness(input, core)), 'witness')
        }, CodecError),
    },
  ]
}
