import { CliError } from '../faults.ts'

/** A uint64 of an answer, as decimal text. @throws {CliError} `ANSWER_INVALID`. */
export function uint64Field(server: string, table: Readonly<Record<string, unknown>>, field: string): bigint {
  const value = table[field]
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value))
    throw new CliError({ code: 'ANSWER_INVALID', server, field, reason: 'is no decimal number' })
  return BigInt(value)
}
