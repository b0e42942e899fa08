import { type Bytes32, joinBytes } from '@parley/protocol/light'

/** What a group is named by: its conversation, and how often the conversation was founded anew. */
export interface GroupName {
  readonly conversation: Bytes32
  readonly generation: number
}

const idBytes = 32

/** `conversation id ‖ generation`, 36 bytes. */
export function groupId({ conversation, generation }: GroupName): Uint8Array {
  const count = new Uint8Array(4)
  new DataView(count.buffer).setUint32(0, generation)
  return joinBytes([conversation, count])
}

/** The inverse of {@link groupId}; undefined for bytes of another length. */
export function groupName(bytes: Uint8Array): GroupName | undefined {
  if (bytes.length !== idBytes + 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + idBytes, 4)
  return { conversation: bytes.subarray(0, idBytes), generation: view.getUint32(0) }
}
