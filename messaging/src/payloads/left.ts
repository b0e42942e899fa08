import type { Draft } from '../codec/payload.ts'
import { decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { short } from './text.ts'

const textBytes = 256

/** Says that its author gives up its slot, as `left/1`; the record says so a little later. @throws {MessagingError} `FRAME_INVALID`. */
export function left(why = ''): Draft {
  return { type: 'left/1', body: encodeText(why, textBytes, 'left'), fallback: short(why) }
}

/** The body of `left/1`: why, in its author's words. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeLeft(body: Uint8Array): string {
  if (body.length > textBytes) throw invalid('left', `${body.length} bytes are more than ${textBytes}`)
  return decodeText(body, 'left')
}
