import { SettlementError } from '@parley/protocol'
import { type Address, type Hash, type Hex, isAddress, isHex } from 'viem'
import type { Call, Fees } from './chain.ts'

/** One signed form of a transaction; all attempts of one nonce exclude each other. */
export interface Attempt extends Fees {
  readonly hash: Hash
  readonly raw: Hex
  /** Milliseconds since 1970. */
  readonly signedAt: number
  /** Whether it does nothing but use up the nonce, so that those behind it are not stuck. */
  readonly cancels: boolean
}

/** A transaction that may be on its way; stored before its first broadcast. */
export interface PendingTransaction {
  readonly key: string
  readonly nonce: number
  readonly call: Call
  readonly gas: bigint
  /** Oldest first, at least one. */
  readonly attempts: readonly Attempt[]
}

const json = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)

export function encodePending(pending: PendingTransaction): string {
  return JSON.stringify(pending, json)
}

/** @throws {SettlementError} `RECORD_INVALID`: what cannot be read might be on its way, so nothing may be sent. */
export function decodePending(key: string, text: string): PendingTransaction {
  const fail = (reason: string): never => {
    throw new SettlementError({ code: 'RECORD_INVALID', key, reason })
  }
  const record = (value: unknown, name: string): Record<string, unknown> =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : fail(`${name} is no object`)
  const hex = (value: unknown, name: string): Hex => (isHex(value) ? value : fail(`${name} is no hex`))
  const count = (value: unknown, name: string): number =>
    Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(`${name} is no count`)
  const wei = (value: unknown, name: string): bigint =>
    typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : fail(`${name} is no amount`)
  const address = (value: unknown, name: string): Address =>
    typeof value === 'string' && isAddress(value) ? value : fail(`${name} is no address`)
  const attempt = (value: unknown): Attempt => {
    const { hash, raw, signedAt, cancels, maxFeePerGas, maxPriorityFeePerGas } = record(value, 'attempt')
    return {
      hash: hex(hash, 'hash'),
      raw: hex(raw, 'raw'),
      signedAt: count(signedAt, 'signedAt'),
      cancels: typeof cancels === 'boolean' ? cancels : fail('cancels is no boolean'),
      maxFeePerGas: wei(maxFeePerGas, 'maxFeePerGas'),
      maxPriorityFeePerGas: wei(maxPriorityFeePerGas, 'maxPriorityFeePerGas'),
    }
  }
  const fields = record(parse(text, fail), 'record')
  const call = record(fields.call, 'call')
  return {
    key: typeof fields.key === 'string' ? fields.key : fail('key is no text'),
    nonce: count(fields.nonce, 'nonce'),
    call: {
      to: call.to === undefined ? undefined : address(call.to, 'to'),
      data: hex(call.data, 'data'),
      value: wei(call.value, 'value'),
    },
    gas: wei(fields.gas, 'gas'),
    attempts:
      Array.isArray(fields.attempts) && fields.attempts.length > 0
        ? fields.attempts.map(attempt)
        : fail('attempts is no list of at least one'),
  }
}

function parse(text: string, fail: (reason: string) => never): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail('is no JSON')
  }
}
