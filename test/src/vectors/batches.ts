import { inflateRawSync } from 'node:zlib'
import {
  type Block,
  type BlockSkeleton,
  type BlockWitness,
  CodecError,
  codecLimits,
  coreRoot,
  decodeCore,
  decodeWitness,
  encodeCore,
  encodeWitness,
  OperationType,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { vectorChain } from './blocks.ts'
import { digestOf } from './people.ts'
import { faultJson } from './render.ts'
import { hex } from './seeded.ts'

interface Batch {
  readonly name: string
  readonly blocks: readonly Block[]
  readonly witness: readonly BlockWitness[]
}

function batches(): Batch[] {
  const { built } = vectorChain()
  const whole = built.map(({ block }) => block)
  const signatures = built.map(({ witness }) => witness)
  return [
    { name: 'the four blocks of blocks.json', blocks: whole, witness: signatures },
    { name: 'its first block alone', blocks: whole.slice(0, 1), witness: signatures.slice(0, 1) },
    { name: 'its third block, which has no runs', blocks: whole.slice(2, 3), witness: signatures.slice(2, 3) },
  ]
}

/** Bytes of a varint. */
function varint(value: bigint | number): number[] {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

type Part = number | bigint | Uint8Array
const lay = (parts: readonly Part[]): Uint8Array =>
  new Uint8Array(parts.flatMap((part) => (part instanceof Uint8Array ? [...part] : varint(part))))
const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const plain = (narrow: readonly Part[], ...wide: readonly Part[]): Uint8Array => {
  const bytes = lay(narrow)
  return lay([1, 0, bytes.length, bytes, ...wide])
}

const root = new Uint8Array(32).fill(9)
const narrowOfZeros = lay([1, 5, 5, 64, new Uint8Array(128)])
/** The same through deflate: written down, for what zlib makes differs between its builds. */
const streamOfZeros = raw('636465756018600000')
const deflated = (stated: number, ...after: readonly Part[]): Uint8Array => {
  const stream = lay([streamOfZeros, ...after])
  return lay([1, 1, stated, stream.length, stream, root])
}

/** An encoding with its narrow columns stored plain, whatever the encoder chose. */
export function storedPlain(core: Uint8Array): Uint8Array {
  let at = 2
  const read = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = core[at]!
      at += 1
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  if (core[1] === 0) return core
  const [length, stored] = [read(), read()]
  const narrow = inflateRawSync(core.subarray(at, at + stored))
  return lay([1, 0, length, new Uint8Array(narrow), core.subarray(at + stored)])
}

const segment = (kind: number, ...rest: readonly Part[]): readonly Part[] => [
  1,
  5,
  7,
  1,
  raw('05'),
  1,
  raw(`0${kind}`),
  ...rest,
]
const withdraw = OperationType.serialize({ selector: 4, value: { shard: 1, account: 2, nonce: 3n, amount: 4n } })

const badCores: readonly { why: string; code: string; bytes: Uint8Array }[] = [
  { why: 'no bytes', code: 'CODEC_TRUNCATED', bytes: raw('') },
  { why: 'version 2', code: 'CODEC_VERSION', bytes: raw('0200') },
  { why: 'storage 2', code: 'CODEC_BOUND', bytes: raw('0102') },
  { why: 'narrow columns above their bound', code: 'CODEC_BOUND', bytes: lay([1, 0, codecLimits.maxNarrowBytes + 1]) },
  { why: 'no blocks', code: 'CODEC_VALUE', bytes: plain([0]) },
  { why: '1,025 blocks', code: 'CODEC_BOUND', bytes: plain([1025]) },
  { why: 'trailing narrow byte', code: 'CODEC_TRAILING', bytes: plain([1, 5, 5, 0, 0], root) },
  { why: 'trailing wide byte', code: 'CODEC_TRAILING', bytes: plain([1, 5, 5, 0], root, 0) },
  { why: 'trailing byte in the deflate stream', code: 'CODEC_VALUE', bytes: deflated(narrowOfZeros.length, 0) },
  { why: 'stream longer than stated', code: 'CODEC_VALUE', bytes: deflated(narrowOfZeros.length - 1) },
  { why: 'stream shorter than stated', code: 'CODEC_VALUE', bytes: deflated(narrowOfZeros.length + 1) },
  { why: 'varint not in its shortest form', code: 'CODEC_NOT_CANONICAL', bytes: plain([1, raw('8500'), 5, 0], root) },
  { why: 'varint above 64 bits', code: 'CODEC_VALUE', bytes: plain([1, raw('ffffffffffffffffff02')]) },
  {
    why: 'timestamps that add up above 64 bits',
    code: 'CODEC_VALUE',
    bytes: plain([2, 2n ** 64n - 1n, 0, 0, 1, 0, 0]),
  },
  { why: '65 runs', code: 'CODEC_BOUND', bytes: plain([1, 5, 5, 65], root) },
  { why: 'shard 64', code: 'CODEC_BOUND', bytes: plain([1, 5, 5, 1, 64, 0], root) },
  { why: '1,025 segments in two runs', code: 'CODEC_BOUND', bytes: plain([1, 5, 5, 2, raw('0506'), 1024, 1], root) },
  { why: 'segment kind 3', code: 'CODEC_BOUND', bytes: plain(segment(3), root, root) },
  { why: '33 messages', code: 'CODEC_BOUND', bytes: plain(segment(0, 33), root, root) },
  { why: 'member 65,536', code: 'CODEC_BOUND', bytes: plain(segment(0, 1, 1, 65_536), root, root, root) },
  { why: 'content missing', code: 'CODEC_TRUNCATED', bytes: plain(segment(0, 1, 1, 1), root, root) },
  {
    why: 'operation of selector 5',
    code: 'CODEC_VALUE',
    bytes: plain(segment(1, withdraw.length), root, root, withdraw.with(0, 5)),
  },
  {
    why: 'operation with a byte too many',
    code: 'CODEC_VALUE',
    bytes: plain(segment(1, withdraw.length + 1), root, root, withdraw, 0),
  },
]

function codeOf(decode: () => unknown): object {
  try {
    decode()
  } catch (error) {
    if (error instanceof CodecError) return error.fault
    throw error
  }
  throw new Error('bytes that must be refused were decoded')
}

function invalidRow(part: 'core' | 'witness', why: string, code: string, bytes: Uint8Array, core: BlockSkeleton[]) {
  const fault = codeOf(() => (part === 'core' ? decodeCore(bytes) : decodeWitness(bytes, core)))
  if (!('code' in fault) || fault.code !== code) throw new Error(`${why}: ${JSON.stringify(faultJson(fault))}`)
  return { part, why, bytes: hex(bytes), fault: faultJson(fault) }
}

/** The file `test/vectors/batches.json`. */
export function batchVectors() {
  const all = batches()
  const whole = all[0]!
  const core = whole.blocks.map(skeletonOf)
  const witness = encodeWitness(whole.witness)
  const badWitnesses = [
    { why: 'no bytes', code: 'CODEC_TRUNCATED', bytes: raw('') },
    { why: 'version 2', code: 'CODEC_VERSION', bytes: witness.with(0, 2) },
    { why: 'a byte short', code: 'CODEC_TRUNCATED', bytes: witness.subarray(0, -1) },
    { why: 'a signature too many', code: 'CODEC_TRAILING', bytes: lay([witness, digestOf(''), digestOf('')]) },
  ]
  return {
    note: 'Cores and witnesses as DA layers carry them. Encoders may deflate narrow columns differently; what they decode to is one.',
    valid: all.map(({ name, blocks, witness: signatures }) => ({
      name,
      core: hex(storedPlain(encodeCore(blocks.map(skeletonOf)))),
      witness: hex(encodeWitness(signatures)),
      coreRoot: hex(coreRoot(blocks)),
      witnessRoot: hex(witnessRoot(signatures)),
    })),
    equal: [
      {
        name: 'narrow columns plain and deflated',
        plain: hex(plain([narrowOfZeros], root)),
        deflated: hex(deflated(132)),
      },
    ],
    invalid: [
      ...badCores.map(({ why, code, bytes }) => invalidRow('core', why, code, bytes, core)),
      ...badWitnesses.map(({ why, code, bytes }) => invalidRow('witness', why, code, bytes, core)),
    ],
  }
}
