/** What @chainsafe/ssz takes of Node's Buffer: bytes over given memory, into which lengths and selectors are written. */
interface LengthBytes extends Uint8Array {
  writeUIntLE(value: number, offset: number, byteLength: number): number
}

function from(memory: ArrayBuffer, byteOffset: number, length: number): LengthBytes {
  const bytes = new Uint8Array(memory, byteOffset, length)
  const writeUIntLE = (value: number, offset: number, byteLength: number): number => {
    let rest = value
    for (let i = 0; i < byteLength; i += 1) {
      bytes[offset + i] = rest % 256
      rest = Math.floor(rest / 256)
    }
    return offset + byteLength
  }
  return Object.assign(bytes, { writeUIntLE })
}

// Each list and union type asks the global for one when it is made, and a page has none. Where there is one it stays.
if (!('Buffer' in globalThis))
  Object.defineProperty(globalThis, 'Buffer', {
    value: { from, alloc: (length: number) => from(new ArrayBuffer(length), 0, length) },
    configurable: true,
    writable: true,
  })
