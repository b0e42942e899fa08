import { createHash } from 'node:crypto'

/** SSZ as the consensus specifications describe it, written without the library that the protocol uses. */
export type Schema =
  | { readonly uint: 1 | 2 | 4 | 8 }
  | { readonly bytes: 20 | 32 | 64 }
  | { readonly list: Schema; readonly limit: number }
  | { readonly vector: Schema; readonly length: number }
  | { readonly container: { readonly [field: string]: Schema } }
  | { readonly union: readonly Schema[] }

const pair = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(left).update(right).digest())

const zeros: Uint8Array[] = [new Uint8Array(32)]
for (let level = 0; level < 64; level += 1) zeros.push(pair(zeros[level]!, zeros[level]!))

const depthOf = (count: number): number => Math.ceil(Math.log2(Math.max(1, count)))

/** Root of chunks padded with zero chunks to a tree for `limit` of them. */
function merkleize(chunks: readonly Uint8Array[], limit: number): Uint8Array {
  let layer = [...chunks]
  const depth = depthOf(limit)
  for (let level = 0; level < depth; level += 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i < layer.length; i += 2) above.push(pair(layer[i]!, layer[i + 1] ?? zeros[level]!))
    layer = above
  }
  return layer[0] ?? zeros[depth]!
}

function chunk(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(32)
  padded.set(bytes)
  return padded
}

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

const mixIn = (root: Uint8Array, value: number): Uint8Array => pair(root, chunk(littleEndian(BigInt(value), 8)))

/** hash_tree_root of a value of the protocol's shapes: composite elements only, no packed lists. */
export function independentRoot(schema: Schema, value: unknown): Uint8Array {
  if ('uint' in schema) return chunk(littleEndian(BigInt(value as bigint | number), schema.uint))
  if ('bytes' in schema) {
    const bytes = value as Uint8Array
    if (bytes.length !== schema.bytes) throw new RangeError(`${bytes.length} bytes instead of ${schema.bytes}`)
    return schema.bytes === 64 ? pair(bytes.subarray(0, 32), bytes.subarray(32)) : chunk(bytes)
  }
  if ('list' in schema) {
    const elements = value as readonly unknown[]
    const roots = elements.map((element) => independentRoot(schema.list, element))
    return mixIn(merkleize(roots, schema.limit), elements.length)
  }
  if ('vector' in schema) {
    const roots = (value as readonly unknown[]).map((element) => independentRoot(schema.vector, element))
    return merkleize(roots, schema.length)
  }
  if ('container' in schema) {
    const fields = Object.entries(schema.container)
    const roots = fields.map(([name, field]) => independentRoot(field, (value as Record<string, unknown>)[name]))
    return merkleize(roots, fields.length)
  }
  const { selector, value: inner } = value as { selector: number; value: unknown }
  return mixIn(independentRoot(schema.union[selector]!, inner), selector)
}
