import { joinBytes } from '@parley/protocol/light'
import { invalid } from '../faults.ts'

/** The body of an `external` frame: an external commit, sealed to the key of its epoch. */
export interface ExternalBody {
  readonly generation: number
  readonly epoch: bigint
  /** HPKE's encapsulated key. */
  readonly enc: Uint8Array
  readonly ciphertext: Uint8Array
}

const headBytes = 4 + 8 + 2

/** What is in clear: a PrivateMessage shows as much. It is authenticated. */
export function externalHead({ generation, epoch }: Pick<ExternalBody, 'generation' | 'epoch'>): Uint8Array {
  const head = new Uint8Array(12)
  const view = new DataView(head.buffer)
  view.setUint32(0, generation)
  view.setBigUint64(4, epoch)
  return head
}

/** `generation uint32 ‖ epoch uint64 ‖ length of enc uint16 ‖ enc ‖ ciphertext`. */
export function encodeExternal(body: ExternalBody): Uint8Array {
  const { enc, ciphertext } = body
  return joinBytes([externalHead(body), Uint8Array.of(enc.length >> 8, enc.length & 0xff), enc, ciphertext])
}

/** The inverse of {@link encodeExternal}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeExternal(bytes: Uint8Array): ExternalBody {
  if (bytes.length < headBytes) throw invalid('external', `${bytes.length} bytes are less than ${headBytes}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes)
  const end = headBytes + view.getUint16(12)
  if (end >= bytes.length) throw invalid('external.enc', `it ends at ${end} of ${bytes.length} bytes`)
  return {
    generation: view.getUint32(0),
    epoch: view.getBigUint64(4),
    enc: bytes.subarray(headBytes, end),
    ciphertext: bytes.subarray(end),
  }
}
