/**
 * Milliseconds that a Retry-After header asks for: seconds, or a date; `otherwise` when there is none or it is neither.
 * @param now - Milliseconds since 1970.
 */
export function retryAfterMs(header: string | null, now: number, otherwise: number): number {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? otherwise : Math.max(0, date - now)
}
