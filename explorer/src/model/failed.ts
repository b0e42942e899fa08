import { CodedError } from '@parley/protocol/light'
import { bytesToHex } from 'viem'

/** What came of asking, when it was no answer that holds. */
export interface Failure {
  /** `untrue`: the answer does not hold; `away`: nobody answered; `refused`: it was refused, or cannot be asked. */
  readonly kind: 'untrue' | 'away' | 'refused'
  /** None where the page itself has a defect. */
  readonly code?: string
  readonly text: string
  /** Fields of the fault, such as what was expected and what was received. */
  readonly details: readonly (readonly [name: string, value: string])[]
}

/** Faults by which an answer contradicts itself, what its sender signed, or the L2. */
const untrue: ReadonlySet<string> = new Set([
  'ANSWER_INVALID',
  'CLAIM_MISMATCH',
  'CLAIM_REPLACED',
  'ENTRY_FORGED',
  'ENTRY_UNSIGNED',
  'HEADER_MISMATCH',
  'HEADER_UNLINKED',
  'HISTORY_INCOMPLETE',
  'PLACES_MISMATCH',
  'PROOF_INVALID',
  'STATE_ROOT_MISMATCH',
])

const away: ReadonlySet<string> = new Set(['SERVER_UNREACHABLE', 'SERVER_BUSY', 'REQUEST_TIMEOUT', 'L2_UNAVAILABLE'])

const textOf = (value: unknown): string => {
  if (value instanceof Uint8Array) return bytesToHex(value)
  return typeof value === 'object'
    ? JSON.stringify(value, (_, inner: unknown) =>
        inner instanceof Uint8Array ? bytesToHex(inner) : typeof inner === 'bigint' ? String(inner) : inner,
      )
    : String(value)
}

/** What to say of an error. One that is no coded fault is a defect of the page, and says so. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof CodedError))
    return { kind: 'refused', text: `the page met a defect: ${String(error)}`, details: [] }
  const { code, ...fields } = error.fault as { readonly code: string }
  return {
    kind: untrue.has(code) ? 'untrue' : away.has(code) ? 'away' : 'refused',
    code,
    text: error.meaning.text,
    details: Object.entries(fields).map(([name, value]) => [name, textOf(value)]),
  }
}
