import fc from 'fast-check'
import { type BlockSkeleton, type BlockWitness, limits, signaturesOf } from '../../src/index.ts'
import { arbitraryOf } from './arbitraries.ts'
import { schemas } from './schemas.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n)
const body = fc.oneof(
  fc.record({
    selector: fc.constant(0),
    value: fc.array(arbitraryOf(schemas.Message), { maxLength: limits.messagesPerSegment }),
  }),
  fc.record({ selector: fc.constant(1), value: arbitraryOf(schemas.Operation, 16) }),
  fc.record({ selector: fc.constant(2), value: uint64 }),
)
const segment = fc.record({ body, postRoot: bytes32 })
const run = fc.record({ shard: fc.nat(63), segments: fc.array(segment, { maxLength: 5 }) })
const block = fc.record({
  timestamp: uint64,
  inboxCount: uint64,
  stateRoot: bytes32,
  runs: fc.array(run, { maxLength: 4 }),
})

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Blocks whose timestamps and inbox counts do not fall; nothing else about them need be valid. */
export const skeletons = fc.array(block, { minLength: 1, maxLength: 6 }).map((blocks) => {
  const timestamps = blocks.map(({ timestamp }) => timestamp).sort(ascending)
  const counts = blocks.map(({ inboxCount }) => inboxCount).sort(ascending)
  return blocks.map((each, i) => ({ ...each, timestamp: timestamps[i], inboxCount: counts[i] })) as BlockSkeleton[]
})

/** Signatures in the shape that the blocks need, all different. */
export const witnessOf = (blocks: readonly BlockSkeleton[]): BlockWitness[] => {
  let count = 0
  return blocks.map(({ runs }) =>
    runs.map(({ segments }) =>
      segments.map((each) =>
        Array.from({ length: signaturesOf(each.body) }, () => {
          count += 1
          return new Uint8Array(64).fill(count)
        }),
      ),
    ),
  )
}
