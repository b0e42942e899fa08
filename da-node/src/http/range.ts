import { DaNodeError } from '../faults.ts'

/** Places of bytes, both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * The bytes that a `Range` header asks for; undefined for all of them, which is also the answer to several ranges, other units
 * and what is no range: RFC 9110 has them passed over.
 * @throws {DaNodeError} `RANGE_UNSATISFIABLE`.
 */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  const unsatisfiable = () => new DaNodeError({ code: 'RANGE_UNSATISFIABLE', bytes })
  if (from === '') {
    if (Number(to) === 0) throw unsatisfiable()
    return { first: Math.max(0, bytes - Number(to)), last: bytes - 1 }
  }
  const first = Number(from)
  const last = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1)
  if (to !== '' && Number(to) < first) return undefined
  if (first >= bytes) throw unsatisfiable()
  return { first, last }
}
