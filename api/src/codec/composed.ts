import { type Codec, invalid, join, jsonObject, type Schema, type ValueOf } from './codec.ts'

/** A field that may be left out. */
export interface Optional<T> extends Codec<T | undefined> {
  readonly optional: true
}

export function optional<T>({ schema, encode, decode }: Codec<T>): Optional<T> {
  return {
    optional: true,
    schema,
    encode: (value) => (value === undefined ? undefined : encode(value)),
    decode: (json, field) => (json === undefined ? undefined : decode(json, field)),
  }
}

export function nullable<T>({ schema, encode, decode }: Codec<T>): Codec<T | null> {
  return {
    schema: { oneOf: [{ type: 'null' }, schema] },
    encode: (value) => (value === null ? null : encode(value)),
    decode: (json, field) => (json === null ? null : decode(json, field)),
  }
}

export function described<T>(description: string, codec: Codec<T>): Codec<T> {
  return { ...codec, schema: { description, ...codec.schema } }
}

/** @param minimum - Entries at least. */
export function list<T>(element: Codec<T>, maximum: number, minimum = 0): Codec<readonly T[]> {
  const atLeast = minimum === 0 ? '' : `${minimum} to `
  const expected = minimum === maximum ? `a list of ${maximum}` : `a list of ${atLeast || 'at most '}${maximum}`
  return {
    schema: { type: 'array', ...(minimum > 0 && { minItems: minimum }), maxItems: maximum, items: element.schema },
    encode: (value) => value.map((each) => element.encode(each)),
    decode(json, field) {
      if (!Array.isArray(json) || json.length < minimum || json.length > maximum) return invalid(field, expected)
      return json.map((each, i) => element.decode(each, `${field}[${i}]`))
    },
  }
}

type Fields = Readonly<Record<string, Codec<unknown>>>

/** The values of an object's fields. */
export type FieldsOf<F> = { readonly [K in keyof F]: ValueOf<F[K]> }

/** JSON Schema of an object of exactly these properties. */
export function objectSchema(properties: Schema, optionals: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optionals.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

/** An object of these fields. Whoever reads it passes over fields that a newer writer adds. */
export function object<F extends Fields>(fields: F): Codec<FieldsOf<F>> {
  const entries = Object.entries(fields)
  const optionals = entries.filter(([, codec]) => 'optional' in codec).map(([name]) => name)
  return {
    schema: objectSchema(Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])), optionals),
    encode(value) {
      const told = value as Readonly<Record<string, unknown>>
      const encoded = entries.map(([name, codec]) => [name, codec.encode(told[name])] as const)
      return Object.fromEntries(encoded.filter(([, each]) => each !== undefined))
    },
    decode(json, field) {
      const given = jsonObject(json, field)
      const decoded = entries.map(([name, codec]) => [name, codec.decode(given[name], join(field, name))])
      return Object.fromEntries(decoded) as FieldsOf<F>
    },
  }
}

/** One of several values, told apart by its kind. */
export type VariantOf<F> = { [K in keyof F]: { readonly kind: K; readonly value: ValueOf<F[K]> } }[keyof F]

export function variant<F extends Fields>(kinds: F): Codec<VariantOf<F>> {
  const codecs = new Map(Object.entries(kinds))
  const of = (kind: unknown, field: string): Codec<unknown> =>
    codecs.get(kind as string) ?? invalid(field, [...codecs.keys()].join(' or '))
  return {
    schema: {
      oneOf: [...codecs].map(([kind, { schema }]) => objectSchema({ kind: { const: kind }, value: schema })),
    },
    encode: (value) => ({ kind: value.kind, value: of(value.kind, '').encode(value.value) }),
    decode(json, field) {
      const { kind, value } = jsonObject(json, field)
      const decoded = of(kind, join(field, 'kind')).decode(value, join(field, 'value'))
      return { kind, value: decoded } as VariantOf<F>
    },
  }
}
