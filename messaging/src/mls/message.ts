import { sameBytes } from '@parley/protocol/light'
import { decodeMlsMessage, encodeMlsMessage, type MLSMessage } from 'ts-mls'
import { invalid } from '../faults.ts'

/** The wire formats of RFC 9420 that frames hold. */
export type Wireformat = MLSMessage['wireformat']

/**
 * Decodes an MLSMessage of one wire format, and nothing after it; the library takes what follows for nothing.
 * @throws {MessagingError} `FRAME_INVALID`.
 */
export function decodeMessage<W extends Wireformat>(
  bytes: Uint8Array,
  wireformat: W,
): Extract<MLSMessage, { wireformat: W }> {
  const message = exactly(() => decodeMlsMessage(bytes, 0), bytes, 'MLSMessage', encodeMlsMessage)
  if (message.wireformat !== wireformat) throw invalid('wireformat', `${message.wireformat} is not ${wireformat}`)
  return message as Extract<MLSMessage, { wireformat: W }>
}

/** Runs one of the library's decoders, and demands that it took all bytes and would write the same ones. */
export function exactly<T>(
  decode: () => readonly [T, number] | undefined,
  bytes: Uint8Array,
  field: string,
  encode: (value: T) => Uint8Array,
): T {
  const [value, consumed] = attempt(decode, field) ?? []
  if (value === undefined) throw invalid(field, 'cannot be decoded')
  if (consumed !== bytes.length) throw invalid(field, `${bytes.length - (consumed as number)} bytes are left over`)
  if (!sameBytes(encode(value), bytes)) throw invalid(field, 'is not in its one form')
  return value
}

function attempt<T>(act: () => T, field: string): T {
  try {
    return act()
  } catch (cause) {
    throw invalid(field, 'cannot be decoded', cause)
  }
}
