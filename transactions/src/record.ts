import { type Hex, isHex } from 'viem'
import type { Fees } from './chain.ts'
import type { Attempt, Inclusion, Sent } from './sent.ts'

/** Tells whoever reads a record what is wrong with it. */
export type Fail = (reason: string) => never

/** Text of a stored transaction, or of any record like it; amounts become decimal digits. */
export function encodeRecord(record: object): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
}

/** The fields of a stored record. */
export function parseRecord(text: string, fail: Fail): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fail('is no JSON')
  }
  return asRecord(value, 'record', fail)
}

export function asRecord(value: unknown, name: string, fail: Fail): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : fail(`${name} is no object`)
}

export function asHex(value: unknown, name: string, fail: Fail): Hex {
  return isHex(value) ? value : fail(`${name} is no hex`)
}

export function asList(value: unknown, name: string, fail: Fail): readonly unknown[] {
  return Array.isArray(value) ? value : fail(`${name} is no list`)
}

export function asWei(value: unknown, name: string, fail: Fail): bigint {
  return typeof value === 'string' && /^\d{1,78}$/.test(value) ? BigInt(value) : fail(`${name} is no amount`)
}

function asCount(value: unknown, name: string, fail: Fail): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(`${name} is no count`)
}

export function feesOf(fields: Record<string, unknown>, fail: Fail): Fees {
  return {
    maxFeePerGas: asWei(fields.maxFeePerGas, 'maxFeePerGas', fail),
    maxPriorityFeePerGas: asWei(fields.maxPriorityFeePerGas, 'maxPriorityFeePerGas', fail),
  }
}

/** What every stored transaction has; the payload's own fields are its own to read. */
export function sentOf<F extends Fees>(
  fields: Record<string, unknown>,
  fees: (fields: Record<string, unknown>, fail: Fail) => F,
  fail: Fail,
): Omit<Sent<unknown, F>, 'key'> {
  const attempt = (value: unknown): Attempt<F> => {
    const each = asRecord(value, 'attempt', fail)
    return {
      hash: asHex(each.hash, 'hash', fail),
      raw: asHex(each.raw, 'raw', fail),
      signedAt: asCount(each.signedAt, 'signedAt', fail),
      cancels: typeof each.cancels === 'boolean' ? each.cancels : fail('cancels is no boolean'),
      ...fees(each, fail),
    }
  }
  return {
    nonce: asCount(fields.nonce, 'nonce', fail),
    attempts: asList(fields.attempts, 'attempts', fail).map(attempt),
    ...(fields.abandoned === true && { abandoned: true }),
    inclusion: fields.inclusion === undefined ? undefined : inclusionOf(fields.inclusion, fail),
  }
}

function inclusionOf(value: unknown, fail: Fail): Inclusion {
  const fields = asRecord(value, 'inclusion', fail)
  return {
    hash: asHex(fields.hash, 'hash', fail),
    blockNumber: asWei(fields.blockNumber, 'blockNumber', fail),
    blockHash: asHex(fields.blockHash, 'blockHash', fail),
    timestamp: asWei(fields.timestamp, 'timestamp', fail),
    costWei: asWei(fields.costWei, 'costWei', fail),
  }
}
