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
import { ConversationEntryType, InboxItemType, OperationType } from '@parley/protocol'
import { SequencerError } from '../faults.ts'

/** Names of the kinds of a union in JSON, by selector. */
const kindNames: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  [OperationType, ['createConversation', 'changeMembers', 'fund', 'reclaim', 'withdraw']],
  [InboxItemType, ['deposit', 'forcedOperation', 'forcedMessage', 'prices']],
  [ConversationEntryType.fields.event, ['message', 'operation']],
])

/** Anything that SSZ describes; its values are checked where they are read. */
export type SszType = Type<unknown>

type Json = Readonly<Record<string, unknown>>

function invalid(field: string, expected: string): never {
  throw new SequencerError({ code: 'FIELD_INVALID', field, expected })
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

function parseBigint(value: unknown, field: string): bigint {
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,19})$/.test(value)) invalid(field, 'a uint64 as decimal string')
  const parsed = BigInt(value)
  if (parsed >= 2n ** 64n) invalid(field, 'a uint64 as decimal string')
  return parsed
}

function parseBytes(length: number, value: unknown, field: string): Uint8Array {
  if (typeof value !== 'string' || value.length !== 2 + 2 * length || !/^0x[0-9a-fA-F]*$/.test(value))
    invalid(field, `${length} bytes as 0x… hex`)
  return Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
}

function parseObject(value: unknown, field: string, names: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) invalid(field, 'an object')
  for (const name of Object.keys(value))
    if (!names.includes(name)) throw new SequencerError({ code: 'FIELD_UNKNOWN', field: join(field, name) })
  return value as Json
}

const join = (field: string, name: string): string => (field === '' ? name : `${field}.${name}`)

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

/**
 * A value of `type` from JSON: bytes as 0x… hex, uint64 as decimal strings, smaller integers as numbers, unions as
 * `{kind, value}`. Every field must be there and no other.
 * @param field - Path to it, for faults.
 * @throws {SequencerError} `FIELD_INVALID`, `FIELD_UNKNOWN` with the field's path.
 */
export function parseSsz(type: SszType, value: unknown, field: string): unknown {
  if (type instanceof UintNumberType) return parseNumber(type, value, field)
  if (type instanceof UintBigintType) return parseBigint(value, field)
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

/** A value of `type` as JSON; what `parseSsz` reads. */
export function jsonOfSsz(type: SszType, value: unknown): unknown {
  if (type instanceof UintBigintType) return String(value)
  if (type instanceof ByteVectorType) return hexOf(value as Uint8Array)
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

/** JSON Schema of what `jsonOfSsz` gives. */
export function schemaOfSsz(type: SszType): Json {
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

export const uint64Schema: Json = { type: 'string', pattern: '^(0|[1-9][0-9]{0,19})$', description: 'uint64, decimal' }

export function bytesSchema(length: number): Json {
  return { type: 'string', pattern: `^0x[0-9a-fA-F]{${2 * length}}$` }
}

/** An object of exactly these properties. */
export function objectSchema(properties: Json, optional: readonly string[] = []): Json {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}
