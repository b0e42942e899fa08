import { fromHex, toHex } from '@parley/protocol/light'
import { bytesSchema, type Schema, uint64Of, uint64Schema } from './codec.ts'

/** A value in a path or a query. */
export interface Parameter<T> {
  readonly description: string
  readonly schema: Schema
  /** What it must be, for faults. */
  readonly expected: string
  /** Undefined when the text is no such value. */
  parse(text: string): T | undefined
  format(value: T): string
}

export function integerParameter(description: string, minimum: number, maximum: number): Parameter<number> {
  return {
    description,
    schema: { type: 'integer', minimum, maximum },
    expected: `an integer of ${minimum} to ${maximum}`,
    parse(text) {
      const value = uint64Of(text)
      return value === undefined || value < BigInt(minimum) || value > BigInt(maximum) ? undefined : Number(value)
    },
    format: String,
  }
}

const uint64Expected = `an integer of 0 to ${2n ** 64n - 1n}`

export function uint64Parameter(description: string): Parameter<bigint> {
  return { description, schema: uint64Schema, expected: uint64Expected, parse: uint64Of, format: String }
}

/** A uint64, or one of the words. */
export function uint64OrWord<const W extends string>(description: string, words: readonly W[]): Parameter<bigint | W> {
  return {
    description,
    schema: { oneOf: [uint64Schema, { enum: words }] },
    expected: [uint64Expected, ...words].join(' or '),
    parse: (text) => words.find((each) => each === text) ?? uint64Of(text),
    format: String,
  }
}

/** One of the words. */
export function wordParameter<const W extends string>(description: string, words: readonly W[]): Parameter<W> {
  return {
    description,
    schema: { enum: words },
    expected: words.join(' or '),
    parse: (text) => words.find((each) => each === text),
    format: String,
  }
}

export function bytesParameter(description: string, length: number): Parameter<Uint8Array> {
  return {
    description,
    schema: bytesSchema(length),
    expected: `${length} bytes as 0x and lower-case hex`,
    parse(text) {
      const value = text === text.toLowerCase() ? fromHex(text) : undefined
      return value?.length === length ? value : undefined
    },
    format: toHex,
  }
}

/** A digest as resources are named by it: without 0x. */
export function digestParameter(description: string): Parameter<Uint8Array> {
  return {
    description,
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    expected: '64 lower-case hex digits',
    parse: (text) => (/^[0-9a-f]{64}$/.test(text) ? fromHex(`0x${text}`) : undefined),
    format: (value) => toHex(value).slice(2),
  }
}

/** 32 bytes as 0x and 64 lower-case hex digits. */
export function rootParameter(description: string): Parameter<Uint8Array> {
  return {
    description,
    schema: { type: 'string', pattern: '^0x[0-9a-f]{64}$' },
    expected: '0x and 64 lower-case hex digits',
    parse: (text) => (/^0x[0-9a-f]{64}$/.test(text) ? fromHex(text as `0x${string}`) : undefined),
    format: toHex,
  }
}
