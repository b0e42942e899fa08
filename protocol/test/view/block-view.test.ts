import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BlockHeaderType,
  BlockView,
  CodecError,
  limits,
  RunsView,
  runsRoot,
  runsRootOfView,
  type SealedBlock,
  SealedBlockType,
  witnessRoot,
  witnessRootOfViews,
} from '../../src/index.ts'
import { arbitraryOf } from '../support/arbitraries.ts'
import { schemas } from '../support/schemas.ts'
import { seed } from '../support/seed.ts'

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const body = fc.oneof(
  fc.record({
    selector: fc.constant(0),
    value: fc.oneof(
      fc.array(arbitraryOf(schemas.Message), { maxLength: 3 }),
      fc.array(arbitraryOf(schemas.Message), {
        minLength: limits.messagesPerSegment,
        maxLength: limits.messagesPerSegment,
      }),
    ),
  }),
  fc.record({ selector: fc.constant(1), value: arbitraryOf(schemas.Operation, 16) }),
  fc.record({ selector: fc.constant(2), value: fc.bigInt(0n, 2n ** 64n - 1n) }),
)
const segment = fc.record({
  segment: fc.record({ preRoot: bytesOf(32), body, postRoot: bytesOf(32) }),
  signatures: fc.array(bytesOf(64), { maxLength: limits.messagesPerSegment }),
})
const run = fc.record({
  shard: fc.nat(63),
  segments: fc.array(segment, { maxLength: 70, size: 'large' }),
  postRoot: bytesOf(32),
})
const sealed = fc
  .record({ runs: fc.array(run, { maxLength: 4 }), signature: bytesOf(65), number: fc.bigInt(0n, 2n ** 64n - 1n) })
  .map(
    ({ runs, signature, number }) =>
      ({
        block: {
          header: { ...BlockHeaderType.defaultValue(), number },
          runs: runs.map((each) => ({ ...each, segments: each.segments.map((both) => both.segment) })),
        },
        witness: runs.map(({ segments }) => segments.map(({ signatures }) => signatures)),
        signature,
      }) as SealedBlock,
  )

const serialized = ({ block, ...rest }: SealedBlock): Uint8Array =>
  SealedBlockType.serialize({ ...rest, block: { ...block } })

test('block view › shows what the bytes decode to', () => {
  fc.assert(
    fc.property(sealed, (value) => {
      const bytes = serialized(value)
      const view = BlockView.read(bytes)
      expect(view.header).toEqual(value.block.header)
      expect(view.signature).toEqual(value.signature)
      expect(view.decode()).toEqual(value)
      expect(BlockView.encode(value).bytes).toEqual(bytes)
      const messages = value.block.runs.flatMap(({ segments }) =>
        segments.flatMap((each) => (each.body.selector === 0 ? each.body.value : [])),
      )
      expect(view.runs.messages).toBe(messages.length)
      expect(
        BlockView.of(view.header, RunsView.read(view.runs.bytes, view.runs.witnessBytes), view.signature).bytes,
      ).toEqual(bytes)
    }),
    { seed, numRuns: 60 },
  )
})

test('block view › has the roots of the values', () => {
  fc.assert(
    fc.property(fc.array(sealed, { minLength: 1, maxLength: 3 }), (values) => {
      const views = values.map((value) => BlockView.encode(value).runs)
      values.forEach(({ block }, i) => {
        expect(runsRootOfView(views[i] as RunsView)).toEqual(runsRoot(block.runs))
      })
      expect(witnessRootOfViews(views)).toEqual(witnessRoot(values.map(({ witness }) => witness)))
    }),
    { seed, numRuns: 60 },
  )
})

const mutation = fc.record({
  at: fc.nat(),
  to: fc.nat(255),
  cut: fc.nat(40),
  kind: fc.constantFrom('set', 'cut', 'low'),
})

function mutated(bytes: Uint8Array, { at, to, cut, kind }: { at: number; to: number; cut: number; kind: string }) {
  if (kind === 'cut') return bytes.slice(0, Math.max(0, bytes.length - 1 - cut))
  const changed = bytes.slice()
  // Offsets stand in front, so half of the changes go there.
  changed[at % (kind === 'low' ? Math.min(400, bytes.length) : bytes.length)] = to
  return changed
}

test('block view › refuses what does not decode, and takes nothing for what it is not', () => {
  let refused = 0
  fc.assert(
    fc.property(sealed, mutation, (value, change) => {
      const bytes = mutated(serialized(value), change)
      let view: BlockView
      try {
        view = BlockView.read(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError)
        refused += 1
        return
      }
      const decoded = SealedBlockType.deserialize(bytes) as SealedBlock
      expect(view.header).toEqual(decoded.block.header)
      expect(view.decode()).toEqual(decoded)
      expect(runsRootOfView(view.runs)).toEqual(runsRoot(decoded.block.runs))
    }),
    { seed, numRuns: 300 },
  )
  expect(refused).toBeGreaterThan(50)
})
