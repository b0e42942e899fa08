import fc from 'fast-check'
import type { Schema } from './independent-ssz.ts'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

/** Values of a schema in the form the protocol's types take: bigint for uint64, number below. Lists stay short. */
export function arbitraryOf(schema: Schema, longest = 3): fc.Arbitrary<unknown> {
  if ('uint' in schema) return schema.uint === 8 ? fc.bigInt(0n, 2n ** 64n - 1n) : fc.nat(256 ** schema.uint - 1)
  if ('bytes' in schema) return bytes(schema.bytes)
  if ('list' in schema)
    return fc.array(arbitraryOf(schema.list, longest), { maxLength: Math.min(longest, schema.limit) })
  if ('vector' in schema)
    return fc.array(arbitraryOf(schema.vector, longest), { minLength: schema.length, maxLength: schema.length })
  if ('container' in schema) {
    const fields = Object.entries(schema.container).map(([name, field]) => [name, arbitraryOf(field, longest)] as const)
    return fc.record(Object.fromEntries(fields))
  }
  return fc.oneof(
    ...schema.union.map((inner, selector) =>
      fc.record({ selector: fc.constant(selector), value: arbitraryOf(inner, longest) }),
    ),
  )
}
