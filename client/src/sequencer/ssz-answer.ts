import { ClientError } from '../faults.ts'

/** Decodes SSZ that a server sent. @throws {ClientError} `ANSWER_INVALID`. */
export function decodeSsz<T>(type: { deserialize(bytes: Uint8Array): T }, bytes: Uint8Array, url: string): T {
  try {
    return type.deserialize(bytes)
  } catch (cause) {
    throw new ClientError({ code: 'ANSWER_INVALID', url, reason: 'is not SSZ of its type' }, { cause })
  }
}
