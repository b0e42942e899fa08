import {
  BooleanType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  type Type,
  UintBigintType,
  UintNumberType,
  UnionType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { fromHex, InboxItemType, OperationType, toHex } from '@parley/protocol/light'
import { RequestError } from '../faults.ts'
import { bytesSchema, type Codec, invalid, join, jsonObject, type Schema, uint64Of, uint64Schema } from './codec.ts'
import { objectSchema } from './composed.ts'

/** Names of the kinds of a union in JSON, by selector. */
const kindNames: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  [OperationType, ['createConversation', 'changeMembers', 'fund', 'reclaim', 'withdraw']],
  [InboxItemType, ['deposit', 'forcedOperation', 'forcedMessage', 'prices']],
])

/** Anything that SSZ describes; its values are checked where they are read. */
type SszType = Type<unknown>

type Json = Readonly<Record<string, unknown>>

/**
 * The JSON of an SSZ type: bytes as 0x… hex, uint64 as decimal strings, smaller integers as numbers, unions as
 * `{kind, value}`. Every field must be there and no other.
 */
export function ssz<T>(type: Type<T>): Codec<T> {
  const any = type as SszType
  return {
    schema: schemaOfSsz(any),
    encode: (value) => jsonOfSsz(any, value),
    decode: (json, field) => parseSsz(any, json, field) as T,
  }
}

function kindsOf(type: UnionType<Type<unknown>[]>): readonly string[] {
  const names = kindNames.get(type)
  if (names === undefined) throw new RangeError(`union ${type.typeName} has no names of its kinds`)
  return names
}

const isContainer = (type: SszType): type is ContainerType<Record<string, Type<unknown>>> =>
  type instanceof ContainerType
const isUnion = (type: SszType): type is UnionType<Type<unknown>[]> => type instanceof UnionType

function parseNumber(type: UintNumberType, value: unknown, field: string): number {
  const maximum = 2 ** (8 * type.byteLength) - 1
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum)
    invalid(field, `an integer of 0 to ${maximum}`)
  return value
}

function parseBytes(length: number, value: unknown, field: string): Uint8Array {
  // Its length first: what is too long is not worth reading.
  const bytes = typeof value === 'string' && value.length === 2 + 2 * length ? fromHex(value) : undefined
  return bytes ?? invalid(field, `${length} bytes as 0x… hex`)
}

function parseObject(value: unknown, field: string, names: readonly string[]): Json {
  const object = jsonObject(value, field)
  for (const name of Object.keys(object))
    if (!names.includes(name)) throw new RequestError({ code: 'FIELD_UNKNOWN', field: join(field, name) })
  return object
}

function parseList(
  type: { readonly limit: number; readonly elementType: SszType },
  value: unknown,
  field: string,
): unknown[] {
  if (!Array.isArray(value) || value.length > type.limit) invalid(field, `a list of at most ${type.limit}`)
  return value.map((element, i) => parseSsz(type.elementType, element, `${field}[${i}]`))
}

function parseUnion(type: UnionType<Type<unknown>[]>, value: unknown, field: string): unknown {
  const kinds = kindsOf(type)
  const object = parseObject(value, field, ['kind', 'value'])
  const selector = kinds.indexOf(object.kind as string)
  if (selector === -1) invalid(join(field, 'kind'), `one of ${kinds.join(', ')}`)
  return { selector, value: parseSsz(type.types[selector] as SszType, object.value, join(field, 'value')) }
}

function parseSsz(type: SszType, value: unknown, field: string): unknown {
  if (type instanceof UintNumberType) return parseNumber(type, value, field)
  if (type instanceof UintBigintType) return uint64Of(value) ?? invalid(field, 'a uint64 as decimal string')
  if (type instanceof ByteVectorType) return parseBytes(type.lengthBytes, value, field)
  if (type instanceof ListCompositeType) return parseList(type, value, field)
  if (isUnion(type)) return parseUnion(type, value, field)
  if (isContainer(type)) {
    const names = Object.keys(type.fields)
    const object = parseObject(value, field, names)
    return Object.fromEntries(
      names.map((name) => [name, parseSsz(type.fields[name] as SszType, object[name], join(field, name))]),
    )
  }
  throw new RangeError(`${type.typeName} has no form in JSON requests`)
}

function jsonOfSsz(type: SszType, value: unknown): unknown {
  if (type instanceof UintBigintType) return String(value)
  if (type instanceof ByteVectorType) return toHex(value as Uint8Array)
  if (type instanceof ListCompositeType || type instanceof VectorCompositeType)
    return (value as unknown[]).map((element) => jsonOfSsz(type.elementType as SszType, element))
  if (isUnion(type)) {
    const union = value as { selector: number; value: unknown }
    return { kind: kindsOf(type)[union.selector], value: jsonOfSsz(type.types[union.selector] as SszType, union.value) }
  }
  if (isContainer(type))
    return Object.fromEntries(
      Object.entries(type.fields).map(([name, inner]) => [name, jsonOfSsz(inner, (value as Json)[name])]),
    )
  return value
}

function schemaOfSsz(type: SszType): Schema {
  if (type instanceof UintNumberType) return { type: 'integer', minimum: 0, maximum: 2 ** (8 * type.byteLength) - 1 }
  if (type instanceof UintBigintType) return uint64Schema
  if (type instanceof ByteVectorType) return bytesSchema(type.lengthBytes)
  if (type instanceof BooleanType) return { type: 'boolean' }
  if (type instanceof ListCompositeType)
    return { type: 'array', items: schemaOfSsz(type.elementType as SszType), maxItems: type.limit }
  if (type instanceof VectorCompositeType) {
    const { length } = type
    return { type: 'array', items: schemaOfSsz(type.elementType as SszType), minItems: length, maxItems: length }
  }
  if (isUnion(type))
    return {
      oneOf: kindsOf(type).map((kind, selector) =>
        objectSchema({ kind: { const: kind }, value: schemaOfSsz(type.types[selector] as SszType) }),
      ),
    }
  if (isContainer(type))
    return objectSchema(Object.fromEntries(Object.entries(type.fields).map(([name, t]) => [name, schemaOfSsz(t)])))
  throw new RangeError(`${type.typeName} has no JSON Schema`)
}
