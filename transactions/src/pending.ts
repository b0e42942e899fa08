import { type Address, isAddress } from 'viem'
import type { Call } from './chain.ts'
import { TransactionError } from './faults.ts'
import { asHex, asRecord, asWei, encodeRecord, type Fail, feesOf, parseRecord, sentOf } from './record.ts'
import type { Sent } from './sent.ts'

/** What is kept of a call. */
export interface CallContent {
  readonly call: Call
  readonly gas: bigint
}

/** A call that may be on its way. */
export type PendingTransaction = Sent<CallContent>

export function encodePending(pending: PendingTransaction): string {
  return encodeRecord(pending)
}

/** @throws {TransactionError} `RECORD_INVALID`: what cannot be read might be on its way, so nothing may be sent. */
export function decodePending(key: string, text: string): PendingTransaction {
  const fail: Fail = (reason) => {
    throw new TransactionError({ code: 'RECORD_INVALID', key, reason })
  }
  const address = (value: unknown, name: string): Address =>
    typeof value === 'string' && isAddress(value) ? value : fail(`${name} is no address`)
  const fields = parseRecord(text, fail)
  const call = asRecord(fields.call, 'call', fail)
  const sent = sentOf(fields, feesOf, fail)
  if (sent.attempts.length === 0) fail('attempts is no list of at least one')
  return {
    ...sent,
    key: typeof fields.key === 'string' ? fields.key : fail('key is no text'),
    call: {
      to: call.to === undefined ? undefined : address(call.to, 'to'),
      data: asHex(call.data, 'data', fail),
      value: asWei(call.value, 'value', fail),
    },
    gas: asWei(fields.gas, 'gas', fail),
  }
}
