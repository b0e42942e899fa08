/** A namespace: version and an id of 28 bytes. */
export const namespaceBytes = 29

/** Bytes of a namespace of version 0 that are its user's; the 18 before them are zero. */
export const userIdBytes = 10

const idOffset = namespaceBytes - userIdBytes
const userVersion = 0

/** Namespace of all shares that the extension adds. */
export const parityNamespace = new Uint8Array(namespaceBytes).fill(0xff)

/** Namespaces that the protocol keeps to itself. */
export const reservedNamespaces = {
  transactions: reserved(0x01),
  payForBlobs: reserved(0x04),
  primaryPadding: reserved(0xff),
  tailPadding: new Uint8Array(namespaceBytes).fill(0xff, 0, -1).fill(0xfe, -1),
} as const

function reserved(last: number): Uint8Array {
  return new Uint8Array(namespaceBytes).fill(last, -1)
}

/** The namespace of version 0 with this id of exactly 10 bytes: shorter ones are padded differently by different clients. */
export function userNamespace(id: Uint8Array): Uint8Array {
  if (id.length !== userIdBytes) throw new RangeError(`a namespace's id has ${id.length} bytes, not ${userIdBytes}`)
  const namespace = new Uint8Array(namespaceBytes)
  namespace.set(id, idOffset)
  return namespace
}

/** Whether anybody may publish there: version 0, and above what is reserved. */
export function isUserNamespace(namespace: Uint8Array): boolean {
  if (namespace.length !== namespaceBytes || namespace[0] !== userVersion) return false
  if (namespace.subarray(1, idOffset).some((byte) => byte !== 0)) return false
  return compareNamespaces(namespace, reservedNamespaces.primaryPadding) > 0
}

export function compareNamespaces(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}
