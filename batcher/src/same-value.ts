import { sameBytes } from '@parley/protocol'

/** Whether two values of SSZ types are the same: bytes, integers, lists, and objects of these with the same fields. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, i) => sameValue(each, b[i]))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(b)) return false
  const fields = Object.keys(a)
  return (
    fields.length === Object.keys(b).length &&
    fields.every((field) => field in b && sameValue(a[field as never], b[field as never]))
  )
}
