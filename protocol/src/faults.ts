import { toHex } from './ssz/hex.ts'

/** Who must act on a fault: who sent the input, who runs this process, the layer underneath, or nobody (a defect of Parley). */
export type Blame = 'sender' | 'operator' | 'layer' | 'defect'

/** Whether the same request can succeed: never, later as it is, or once what the fault names was changed. */
export type Retry = 'never' | 'later' | 'changed'

/** What a code says about itself; listed in docs/errors.md, and a test keeps the list true. */
export interface FaultMeaning {
  readonly blame: Blame
  readonly retry: Retry
  /** One sentence for people. */
  readonly text: string
}

/** The meanings of all codes of one package. */
export type FaultTable<F extends { readonly code: string }> = { readonly [code in F['code']]: FaultMeaning }

/**
 * An error that programs can read: `fault.code` and its data, never the message.
 * Each package has one subclass with its own union of faults.
 */
export abstract class CodedError<F extends { readonly code: string } = { readonly code: string }> extends Error {
  readonly fault: F
  readonly meaning: FaultMeaning

  constructor(fault: F, table: FaultTable<F>, options?: ErrorOptions) {
    const meaning = table[fault.code as F['code']]
    super(`${fault.code}: ${meaning.text}${describe(fault)}`, options)
    this.name = new.target.name
    this.fault = fault
    this.meaning = meaning
  }

  /** Plain data for HTTP answers and logs; integers beyond 2^53 and bytes become text. */
  toJSON(): { code: string; message: string; blame: Blame; retry: Retry; [field: string]: unknown } {
    const { code, ...data } = plain(this.fault) as { code: string }
    return { code, message: this.meaning.text, blame: this.meaning.blame, retry: this.meaning.retry, ...data }
  }
}

function describe(fault: object): string {
  const { code: _, ...data } = plain(fault) as { code: string }
  const text = Object.entries(data).map(
    ([field, value]) => `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return text.length === 0 ? '' : ` (${text.join(', ')})`
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}
