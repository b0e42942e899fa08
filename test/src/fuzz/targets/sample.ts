import type { Schema } from '@parley/api'
import type { Random } from '../random.ts'
import type { Json } from './json.ts'

/** Decimals at the edges of what fields take, and beyond. */
const decimals = [
  '0',
  '1',
  '3',
  '63',
  '64',
  '255',
  '4294967295',
  '4294967296',
  String(2n ** 64n - 1n),
  String(2n ** 64n),
]

/** A value that a JSON Schema describes, as far as the schemas of routes go; sometimes one beyond its bounds. */
export function sample(schema: Schema, random: Random): Json {
  const { type, oneOf, properties, items, pattern } = schema as {
    type?: string
    oneOf?: Schema[]
    properties?: Record<string, Schema>
    items?: Schema
    pattern?: string
  }
  if ('const' in schema) return schema.const as Json
  if ('enum' in schema) return random.pick(schema.enum as Json[])
  if (oneOf !== undefined) return sample(random.pick(oneOf), random)
  if (type === 'object')
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, each]) => [name, sample(each, random)]))
  if (type === 'array') {
    const least = (schema.minItems as number | undefined) ?? 0
    return Array.from({ length: least + random.below(3) }, () => sample(items ?? {}, random))
  }
  if (type === 'integer') return Number(random.pick(decimals))
  if (type === 'boolean') return random.below(2) === 0
  return pattern === undefined ? 'text' : textOf(pattern, random)
}

function textOf(pattern: string, random: Random): string {
  const length = /\{(\d+)\}\$$/.exec(pattern)?.[1]
  if (length === undefined) return random.pick(decimals)
  const hex = Buffer.from(random.bytes(Number(length) / 2)).toString('hex')
  return pattern.startsWith('^0x') ? `0x${hex}` : hex
}
