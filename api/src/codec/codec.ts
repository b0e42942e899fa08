import { fromHex, type Mwei, mwei, toHex } from '@parley/protocol/light'
import { RequestError } from '../faults.ts'

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>

/** A value's form in JSON: one description for who writes it, who reads it and the OpenAPI document. */
export interface Codec<T> {
  readonly schema: Schema
  encode(value: T): unknown
  /**
   * @param field - Path to the value, for faults.
   * @throws {RequestError} `FIELD_INVALID`, `FIELD_UNKNOWN` with the field's path.
   */
  decode(json: unknown, field: string): T
}

/** What a codec reads and writes. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

/** What faults call the value that all fields are in. */
const wholeBody = 'body'

export function invalid(field: string, expected: string): never {
  throw new RequestError({ code: 'FIELD_INVALID', field: field === '' ? wholeBody : field, expected })
}

export const join = (field: string, name: string): string => (field === '' ? name : `${field}.${name}`)

export const uint64Schema: Schema = {
  type: 'string',
  pattern: '^(0|[1-9][0-9]{0,19})$',
  description: 'uint64, decimal',
}

/** The uint64 of a decimal; undefined when it is none. */
export function uint64Of(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || !/^(0|[1-9][0-9]{0,19})$/.test(text)) return undefined
  const value = BigInt(text)
  return value < 2n ** 64n ? value : undefined
}

/** A uint64 as decimal string: JSON's numbers do not hold it. */
export const uint64: Codec<bigint> = {
  schema: uint64Schema,
  encode: String,
  decode: (json, field) => uint64Of(json) ?? invalid(field, 'a uint64 as decimal string'),
}

/** An amount of the L3, as a uint64 is. */
export const amount: Codec<Mwei> = {
  ...uint64,
  decode: (json, field) => mwei(uint64.decode(json, field)),
}

export function integer(maximum: number): Codec<number> {
  return {
    schema: { type: 'integer', minimum: 0, maximum },
    encode: (value) => value,
    decode(json, field) {
      if (typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= maximum) return json
      return invalid(field, `an integer of 0 to ${maximum}`)
    },
  }
}

/** A count of something that memory holds. */
export const count = integer(Number.MAX_SAFE_INTEGER)

export const flag: Codec<boolean> = {
  schema: { type: 'boolean' },
  encode: (value) => value,
  decode: (json, field) => (typeof json === 'boolean' ? json : invalid(field, 'true or false')),
}

export const text: Codec<string> = {
  schema: { type: 'string' },
  encode: (value) => value,
  decode: (json, field) => (typeof json === 'string' ? json : invalid(field, 'text')),
}

export function word<const W extends string>(words: readonly W[]): Codec<W> {
  return {
    schema: { enum: words },
    encode: (value) => value,
    decode: (json, field) => words.find((each) => each === json) ?? invalid(field, words.join(' or ')),
  }
}

/** The value itself: what says nothing but that it was done. */
export function constant<const T extends string | boolean>(value: T): Codec<T> {
  return {
    schema: { const: value },
    encode: () => value,
    decode: (json, field) => (json === value ? value : invalid(field, String(value))),
  }
}

export function bytesSchema(length: number): Schema {
  return { type: 'string', pattern: `^0x[0-9a-fA-F]{${2 * length}}$` }
}

/** Bytes as 0x… hex. @param length - The only one they may have; any when left out. */
export function bytes(length?: number): Codec<Uint8Array> {
  return {
    schema: length === undefined ? { type: 'string', pattern: '^0x([0-9a-fA-F]{2})*$' } : bytesSchema(length),
    encode: toHex,
    decode(json, field) {
      const value = fromHex(json)
      if (value !== undefined && value.length === (length ?? value.length)) return value
      return invalid(field, length === undefined ? 'bytes as 0x… hex' : `${length} bytes as 0x… hex`)
    },
  }
}

/** At most so many bytes as 0x… hex. */
export function bytesUpTo(maximum: number): Codec<Uint8Array> {
  return {
    schema: { type: 'string', pattern: '^0x([0-9a-fA-F]{2})*$', maxLength: 2 + 2 * maximum },
    encode: toHex,
    decode(json, field) {
      // Before it is read: what is too long is not looked at.
      const value = typeof json === 'string' && json.length <= 2 + 2 * maximum ? fromHex(json) : undefined
      return value ?? invalid(field, `at most ${maximum} bytes as 0x… hex`)
    },
  }
}

/** A value as JSON: bytes as 0x… hex, bigints as decimal strings, undefined left out. */
function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(fields.map(([name, inner]) => [name, jsonOf(inner)]))
}

/** An object of which only its writer knows more. */
export const anything: Codec<object> = {
  schema: { type: 'object' },
  encode: jsonOf,
  decode: (json, field) => jsonObject(json, field),
}

export function jsonObject(json: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  return invalid(field, 'an object')
}
