import { limits } from '@parley/protocol'
import { NodeError } from '../faults.ts'

/** Reads a decimal integer. @throws {NodeError} `FIELD_INVALID`. */
export function integerOf(field: string, text: unknown, minimum: bigint, maximum: bigint): bigint {
  if (typeof text === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(text)) {
    const value = BigInt(text)
    if (value >= minimum && value <= maximum) return value
  }
  throw new NodeError({ code: 'FIELD_INVALID', field, expected: `an integer of ${minimum} to ${maximum}` })
}

const uint64 = 2n ** 64n - 1n

export const shardOf = (text: unknown): number => Number(integerOf('shard', text, 0n, BigInt(limits.shards - 1)))

export const indexOf = (text: unknown): number => Number(integerOf('index', text, 0n, 2n ** 32n - 1n))

/** A uint64, or one of the words. */
export function numberOr<W extends string>(field: string, text: unknown, words: readonly W[]): bigint | W {
  const word = words.find((each) => each === text)
  if (word !== undefined) return word
  try {
    return integerOf(field, text, 0n, uint64)
  } catch (cause) {
    if (!(cause instanceof NodeError)) throw cause
    const expected = [`an integer of 0 to ${uint64}`, ...words].join(' or ')
    throw new NodeError({ code: 'FIELD_INVALID', field, expected }, { cause })
  }
}

/** A query field that may be left out. */
export function optional(field: string, text: unknown, minimum: bigint, maximum: bigint, standard: bigint): bigint {
  return text === undefined ? standard : integerOf(field, text, minimum, maximum)
}

/** Refuses query fields that mean nothing here: a misspelt one must not be read as left out. */
export function demandKnown(query: unknown, known: readonly string[]): void {
  for (const field of Object.keys(query as object))
    if (!known.includes(field))
      throw new NodeError({
        code: 'FIELD_INVALID',
        field,
        expected: known.length === 0 ? 'no query' : known.join(', '),
      })
}
