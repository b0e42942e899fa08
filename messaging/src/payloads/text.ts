import type { Draft } from '../codec/payload.ts'
import { decodeText } from '../codec/ssz.ts'

/** Characters of a fallback, which may have four bytes each. */
const shortened = 60

/** A text as `text/1`. */
export function text(value: string): Draft {
  return { type: 'text/1', body: new TextEncoder().encode(value), fallback: short(value) }
}

/** The text of a `text/1`. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeTextBody(body: Uint8Array): string {
  return decodeText(body, 'text')
}

/** The beginning of a text, for those who show nothing else. */
export function short(value: string): string {
  return [...value].slice(0, shortened).join('')
}
