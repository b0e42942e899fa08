import { refusalNumbers, type TransitionFault } from '@parley/protocol'
import { type ByteReader, type ByteWriter, FormError } from './bytes.ts'

type Code = TransitionFault['code']

const fields = {
  FIELD_OUT_OF_RANGE: ['field', 'value', 'minimum', 'maximum'],
  ACCOUNT_UNKNOWN: ['shard', 'account'],
  CONVERSATION_UNKNOWN: ['shard', 'conversation'],
  MEMBER_UNKNOWN: ['conversation', 'member', 'members'],
  ROLE_MISSING: ['member', 'needed', 'role'],
  NONCE_MISMATCH: ['expected', 'received'],
  EPOCH_MISMATCH: ['expected', 'received'],
  PRICE_OVER_LIMIT: ['price', 'limit'],
  ALLOWANCE_TOO_LOW: ['price', 'allowance'],
  BALANCE_TOO_LOW: ['needed', 'balance'],
  SPONSOR_MISMATCH: ['sponsor', 'account'],
  NO_ADMIN: ['members'],
  ADMIN_LOST: ['signer'],
  SLOT_OCCUPIED: ['slot'],
  SLOT_BEYOND_END: ['slot', 'members'],
  SLOT_EMPTY: ['slot'],
  SHARD_FULL: ['list', 'length', 'maximum'],
  SIGNATURE_COUNT: ['expected', 'received'],
  SIGNATURE_INVALID: ['index'],
  COUNTER_EXHAUSTED: ['field'],
} as const satisfies { readonly [code in Code]: readonly string[] }

const codeOfNumber = new Map(Object.entries(refusalNumbers).map(([code, number]) => [number as number, code as Code]))

const Tag = { number: 0, bigint: 1, text: 2 } as const

/** Writes a fault: its number on the wire, then its fields. */
export function writeFault(writer: ByteWriter, fault: TransitionFault): void {
  writer.uint8(refusalNumbers[fault.code])
  for (const field of fields[fault.code]) writeValue(writer, (fault as unknown as Record<string, unknown>)[field])
}

function writeValue(writer: ByteWriter, value: unknown): void {
  if (typeof value === 'number') {
    writer.uint8(Tag.number)
    writer.float64(value)
    return
  }
  // Sums of many amounts may pass 64 bits, so integers travel as text.
  const text = Buffer.from(String(value))
  writer.uint8(typeof value === 'bigint' ? Tag.bigint : Tag.text)
  writer.uint8(text.length)
  writer.write(text)
}

/** Reads a fault whose number was read already. */
export function readFault(reader: ByteReader, number: number): TransitionFault {
  const code = codeOfNumber.get(number)
  if (code === undefined) throw new FormError(`unknown refusal ${number}`, reader.offset)
  const entries = fields[code].map((field) => [field, readValue(reader)])
  return { code, ...Object.fromEntries(entries) } as TransitionFault
}

function readValue(reader: ByteReader): number | bigint | string {
  const tag = reader.uint8()
  if (tag === Tag.number) return reader.float64()
  const text = Buffer.from(reader.read(reader.uint8())).toString()
  if (tag === Tag.bigint) return BigInt(text)
  if (tag === Tag.text) return text
  throw new FormError(`unknown tag ${tag}`, reader.offset)
}
