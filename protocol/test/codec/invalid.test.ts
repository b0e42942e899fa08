import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CodecError,
  type CodecFault,
  codecFaults,
  codecLimits,
  decodeCore,
  decodeWitness,
  encodeCore,
  encodeWitness,
  OperationType,
  skeletonOf,
} from '../../src/index.ts'
import { testBatch } from '../support/batches.ts'
import { columns, deflated, oneSegment, plain, raw } from '../support/raw-core.ts'
import { seed } from '../support/seed.ts'

const root = new Uint8Array(32).fill(9)
const withdraw = OperationType.serialize({
  selector: 4,
  value: { shard: 1, account: 2, nonce: 3n, amount: 4n },
})
const batch = testBatch()
const core = encodeCore(batch.blocks.map(skeletonOf))
const decoded = decodeCore(core)
const witness = encodeWitness(batch.witness)

const message = (member: number | Uint8Array, conversation: number | bigint = 1) =>
  oneSegment(0, 1, conversation, member)

interface Row {
  readonly why: string
  readonly bytes: Uint8Array
  readonly fault: Partial<CodecFault> & { readonly code: CodecFault['code'] }
}

const rows: readonly Row[] = [
  { why: 'no bytes', bytes: raw(''), fault: { code: 'CODEC_TRUNCATED', field: 'version', offset: 0 } },
  {
    why: 'version 2',
    bytes: plain([1, 0, 0, 0], [root], 2),
    fault: { code: 'CODEC_VERSION', received: 2, supported: 1 },
  },
  { why: 'storage 2', bytes: raw('0102'), fault: { code: 'CODEC_BOUND', field: 'storage', received: 2, maximum: 1 } },
  {
    why: 'narrow columns above 8 MiB',
    bytes: columns([1, 0, codecLimits.maxNarrowBytes + 1]),
    fault: { code: 'CODEC_BOUND', field: 'narrow length', maximum: codecLimits.maxNarrowBytes },
  },
  {
    why: 'more bytes stored than inflated',
    bytes: columns([1, 1, 4, 5, raw('0000000000')]),
    fault: { code: 'CODEC_BOUND', field: 'stored length', received: 5, maximum: 4 },
  },
  {
    why: 'narrow columns shorter than stated',
    bytes: columns([1, 0, 3, raw('01')]),
    fault: { code: 'CODEC_TRUNCATED', field: 'narrow columns' },
  },
  { why: 'no blocks', bytes: plain([0]), fault: { code: 'CODEC_VALUE', field: 'blocks', reason: 'none' } },
  { why: '1,025 blocks', bytes: plain([1025]), fault: { code: 'CODEC_BOUND', field: 'blocks', received: 1025 } },
  {
    why: 'a trailing byte in the narrow columns',
    bytes: plain([1, 5, 5, 0, raw('00')], [root]),
    fault: { code: 'CODEC_TRAILING', bytes: 1 },
  },
  {
    why: 'a trailing byte in the wide columns',
    bytes: plain([1, 5, 5, 0], [root, raw('00')]),
    fault: { code: 'CODEC_TRAILING', bytes: 1 },
  },
  {
    why: 'a trailing byte after the deflate stream',
    bytes: deflated(columns([1, 5, 5, 64, new Uint8Array(128)]), [root], { after: raw('00') }),
    fault: { code: 'CODEC_VALUE', field: 'narrow columns', reason: 'another length than stated' },
  },
  {
    why: 'a stream that is none',
    bytes: columns([1, 1, 9, 4, raw('ffffffff')]),
    fault: { code: 'CODEC_VALUE', field: 'narrow columns', reason: 'does not inflate' },
  },
  {
    why: 'a stream that ends early',
    bytes: columns([1, 1, 9, 0]),
    fault: { code: 'CODEC_VALUE', field: 'narrow columns' },
  },
  {
    why: 'a timestamp beyond 64 bits',
    bytes: plain([2, 2n ** 64n - 1n, 0, 0, 1, 0, 0], [root, root]),
    fault: { code: 'CODEC_VALUE', field: 'timestamp or inboxCount' },
  },
  {
    why: 'a varint beyond 64 bits',
    bytes: plain([1, raw('ffffffffffffffffff02')]),
    fault: { code: 'CODEC_VALUE', field: 'timestamp', reason: 'more than 64 bits' },
  },
  {
    why: 'a varint without an end',
    bytes: plain([1, raw('80808080808080808080808080')]),
    fault: { code: 'CODEC_VALUE', field: 'timestamp', reason: 'more than 64 bits' },
  },
  {
    why: 'a varint that is longer than it need be',
    bytes: plain([1, raw('8500'), 5, 0], [root]),
    fault: { code: 'CODEC_NOT_CANONICAL', field: 'timestamp' },
  },
  { why: '65 runs', bytes: plain([1, 5, 5, 65], [root]), fault: { code: 'CODEC_BOUND', field: 'runs', maximum: 64 } },
  {
    why: 'shard 64',
    bytes: plain([1, 5, 5, 1, raw('40'), 0], [root]),
    fault: { code: 'CODEC_BOUND', field: 'shard', received: 64, maximum: 63 },
  },
  {
    why: '1,025 segments in two runs',
    bytes: plain([1, 5, 5, 2, raw('0506'), 1024, 1], [root]),
    fault: { code: 'CODEC_BOUND', field: 'segments', received: 1, maximum: 0 },
  },
  {
    why: 'a fourth kind of body',
    bytes: plain(oneSegment(3), [root, root]),
    fault: { code: 'CODEC_BOUND', field: 'segment kind', received: 3, maximum: 2 },
  },
  {
    why: '33 messages in a segment',
    bytes: plain(oneSegment(0, 33), [root, root]),
    fault: { code: 'CODEC_BOUND', field: 'messages', received: 33, maximum: 32 },
  },
  {
    why: 'conversation 2^32',
    bytes: plain(message(1, 2n ** 32n), [root, root, root]),
    fault: { code: 'CODEC_BOUND', field: 'conversation', maximum: 2 ** 32 - 1 },
  },
  {
    why: 'member 2^16',
    bytes: plain(message(65_536), [root, root, root]),
    fault: { code: 'CODEC_BOUND', field: 'member', maximum: 65_535 },
  },
  {
    why: 'a content that is not there',
    bytes: plain(message(1), [root, root]),
    fault: { code: 'CODEC_TRUNCATED', field: 'content' },
  },
  {
    why: 'an operation above 1,024 bytes',
    bytes: plain(oneSegment(1, 1025), [root, root]),
    fault: { code: 'CODEC_BOUND', field: 'operation length', received: 1025, maximum: 1024 },
  },
  {
    why: 'an operation of a kind that is none',
    bytes: plain(oneSegment(1, withdraw.length), [root, root, withdraw.with(0, 5)]),
    fault: { code: 'CODEC_VALUE', field: 'operation' },
  },
  {
    why: 'an operation with a byte too many',
    bytes: plain(oneSegment(1, withdraw.length + 1), [root, root, withdraw, raw('00')]),
    fault: { code: 'CODEC_VALUE', field: 'operation' },
  },
  {
    why: 'an operation of no bytes',
    bytes: plain(oneSegment(1, 0), [root, root]),
    fault: { code: 'CODEC_VALUE', field: 'operation' },
  },
]

function faultOf(decode: () => unknown): CodecFault | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (error instanceof CodecError) return error.fault
    throw error
  }
}

test.each(rows)('decodeCore › $fault.code: $why', ({ bytes, fault }) => {
  expect(faultOf(() => decodeCore(bytes))).toMatchObject({ part: 'core', ...fault })
})

test('decodeCore › every code is reached but that of roots, which it compares none with', () => {
  const reached = new Set(rows.map(({ fault }) => fault.code))
  expect(new Set([...reached, 'CODEC_ROOT'])).toEqual(new Set(Object.keys(codecFaults)))
})

test('decodeCore › the layouts the rows are made of are good ones', () => {
  expect(decodeCore(plain([1, 5, 5, 0], [root]))).toHaveLength(1)
  expect(decodeCore(plain(message(1), [root, root, root]))).toHaveLength(1)
  expect(decodeCore(plain(oneSegment(1, withdraw.length), [root, root, withdraw]))).toHaveLength(1)
  expect(decodeCore(deflated(columns([1, 5, 5, 64, new Uint8Array(128)]), [root]))).toHaveLength(1)
})

describe('bombs', () => {
  const zeros = (mebibytes: number) => new Uint8Array(mebibytes * 1024 * 1024)

  test('decodeCore › stops a stream that inflates beyond what it states', () => {
    const bomb = deflated(zeros(100), [], { stated: codecLimits.maxNarrowBytes })
    expect(bomb.length).toBeLessThan(200_000)
    expect(faultOf(() => decodeCore(bomb))).toMatchObject({ code: 'CODEC_VALUE', reason: 'does not inflate' })
  })

  test('decodeCore › a stream of less than it states is refused', () => {
    expect(faultOf(() => decodeCore(deflated(zeros(1), [], { stated: 1024 * 1024 + 1 })))).toMatchObject({
      code: 'CODEC_VALUE',
      reason: 'another length than stated',
    })
  })

  test('decodeCore › counts that nothing follows allocate nothing: the first missing field refuses', () => {
    const runs = Array.from({ length: 1024 }, () => [1, 0, 64]).flat()
    const bytes = deflated(
      columns([1024, ...runs, new Uint8Array(65_536), ...Array.from({ length: 65_536 }, () => 16)]),
    )
    expect(faultOf(() => decodeCore(bytes))).toMatchObject({ code: 'CODEC_TRUNCATED', field: 'stateRoot' })
  })

  test('parts › above 32 MiB are refused by both decoders before they are read', () => {
    const large = zeros(33)
    expect(faultOf(() => decodeCore(large))).toMatchObject({ code: 'CODEC_BOUND', field: 'part' })
    expect(faultOf(() => decodeWitness(large, decoded))).toMatchObject({ code: 'CODEC_BOUND', field: 'part' })
  })
})

describe('damage', () => {
  test('decodeCore › no part of a core is a core', () => {
    for (let length = 0; length < core.length; length += 1)
      expect(faultOf(() => decodeCore(core.subarray(0, length)))).toBeDefined()
  })

  test(`decodeCore › a flipped bit is refused or tells other blocks (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.nat(core.length - 1), fc.nat(7), (at, bit) => {
        const flipped = core.with(at, core[at]! ^ (1 << bit))
        try {
          expect(decodeCore(flipped)).not.toEqual(decoded)
        } catch (error) {
          if (!(error instanceof CodecError)) throw error
        }
      }),
      { numRuns: 1500 },
    )
  })

  test(`decodeCore › random bytes behind a good start are refused (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(faultOf(() => decodeCore(columns([1, 0, noise.length, noise])))).toBeDefined()
      }),
      { numRuns: 500 },
    )
  })
})

describe('witness', () => {
  test.each([
    { why: 'no bytes', bytes: raw(''), fault: { code: 'CODEC_TRUNCATED', field: 'version' } },
    { why: 'version 0', bytes: witness.with(0, 0), fault: { code: 'CODEC_VERSION', received: 0 } },
    { why: 'a byte missing', bytes: witness.subarray(0, -1), fault: { code: 'CODEC_TRUNCATED', field: 'signature' } },
    { why: 'a trailing byte', bytes: columns([witness, raw('00')]), fault: { code: 'CODEC_TRAILING', bytes: 1 } },
    {
      why: 'a trailing signature',
      bytes: columns([witness, new Uint8Array(64)]),
      fault: { code: 'CODEC_TRAILING', bytes: 64 },
    },
  ])('decodeWitness › $fault.code: $why', ({ bytes, fault }) => {
    expect(faultOf(() => decodeWitness(bytes, decoded))).toMatchObject({ part: 'witness', ...fault })
  })
})

describe('encoders', () => {
  const skeleton = decoded[0]!

  test('encodeCore › refuses what its decoder would: no blocks, 1,025 blocks', () => {
    expect(faultOf(() => encodeCore([]))).toMatchObject({ code: 'CODEC_VALUE', field: 'blocks' })
    expect(faultOf(() => encodeCore(Array.from({ length: 1025 }, () => skeleton)))).toMatchObject({
      code: 'CODEC_BOUND',
      field: 'blocks',
    })
  })

  test('encodeCore › a timestamp that falls is the caller’s defect', () => {
    expect(() => encodeCore([skeleton, { ...skeleton, timestamp: skeleton.timestamp - 1n }])).toThrow(RangeError)
  })

  test('encodeWitness › refuses more than 32 MiB', () => {
    const one = new Uint8Array(64)
    const segment = Array.from({ length: 32 }, () => one)
    const block = [Array.from({ length: 1024 }, () => segment)]
    expect(faultOf(() => encodeWitness(Array.from({ length: 17 }, () => block)))).toMatchObject({
      code: 'CODEC_BOUND',
      field: 'part',
    })
  })
})
