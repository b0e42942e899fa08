import type { Random } from './random.ts'

/** Bounds of what mutations make, so that no input grows for ever. */
const maxBytes = 64 * 1024

type Mutation = (bytes: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array

const at = (bytes: Uint8Array, random: Random): number => random.below(bytes.length + 1)

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

function overwrite(bytes: Uint8Array, offset: number, with_: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy.set(with_.subarray(0, Math.max(0, bytes.length - offset)), Math.min(offset, bytes.length))
  return copy
}

/** Lengths and counts that decoders stumble over, in the byte orders and varints in use. */
function lie(random: Random): Uint8Array {
  const value = random.pick([
    0,
    1,
    2,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    65,
    127,
    128,
    1023,
    1024,
    1025,
    65_535,
    65_536,
    2 ** 31,
    2 ** 32 - 1,
  ])
  const bytes = new Uint8Array(random.pick([1, 2, 4, 8]))
  const little = random.below(2) === 0
  let rest = BigInt(value)
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[little ? i : bytes.length - 1 - i] = Number(rest & 255n)
    rest >>= 8n
  }
  return bytes
}

const varintLies: readonly Uint8Array[] = [
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
].map((bytes) => Uint8Array.from(bytes))

const mutations: readonly Mutation[] = [
  // One bit.
  (bytes, random) => {
    if (bytes.length === 0) return bytes
    const offset = random.below(bytes.length)
    return bytes.with(offset, bytes[offset]! ^ (1 << random.below(8)))
  },
  // One byte: any, or one that stands at a bound.
  (bytes, random) => {
    if (bytes.length === 0) return bytes
    const value = random.below(2) === 0 ? random.byte() : random.pick([0, 1, 0x7f, 0x80, 0xff])
    return bytes.with(random.below(bytes.length), value)
  },
  // Truncation, at either end.
  (bytes, random) => bytes.slice(0, at(bytes, random)),
  (bytes, random) => bytes.slice(at(bytes, random)),
  // Bytes behind and in between.
  (bytes, random) => join(bytes, random.bytes(1 + random.below(70))),
  (bytes, random) => {
    const offset = at(bytes, random)
    return join(bytes.subarray(0, offset), random.bytes(1 + random.below(8)), bytes.subarray(offset))
  },
  // A part left out, or repeated.
  (bytes, random) => {
    const [from, to] = [at(bytes, random), at(bytes, random)].sort((a, b) => a - b) as [number, number]
    return join(bytes.subarray(0, from), bytes.subarray(to))
  },
  (bytes, random) => {
    const [from, to] = [at(bytes, random), at(bytes, random)].sort((a, b) => a - b) as [number, number]
    return join(bytes.subarray(0, to), bytes.subarray(from))
  },
  // The head of one and the tail of another.
  (bytes, random, corpus) => {
    const other = random.pick(corpus)
    return join(bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random)))
  },
  // A part of another over this one.
  (bytes, random, corpus) => {
    const other = random.pick(corpus)
    const from = at(other, random)
    return overwrite(bytes, at(bytes, random), other.subarray(from, from + 1 + random.below(64)))
  },
  // Lengths that lie.
  (bytes, random) => overwrite(bytes, at(bytes, random), lie(random)),
  (bytes, random) => overwrite(bytes, random.below(Math.min(16, bytes.length + 1)), lie(random)),
  (bytes, random) => overwrite(bytes, at(bytes, random), random.pick(varintLies)),
]

/** One input: mostly a valid one with one to four mutations, sometimes the valid one itself, sometimes noise. */
export function makeInput(random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const kind = random.below(20)
  if (kind === 0) return random.bytes(random.below(300))
  let bytes = random.pick(corpus)
  if (kind === 1) return bytes.slice()
  const rounds = 1 + random.below(4)
  for (let i = 0; i < rounds; i += 1) bytes = random.pick(mutations)(bytes, random, corpus)
  return bytes.slice(0, maxBytes)
}
