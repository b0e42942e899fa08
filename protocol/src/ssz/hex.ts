const pattern = /^0x(?:[0-9a-f]{2})*$/i

/** Bytes as `0x…`. */
export function toHex(bytes: Uint8Array): string {
  let text = '0x'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Bytes of `0x…`; undefined when it is not that. */
export function fromHex(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !pattern.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2 - 1)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i + 2, 2 * i + 4), 16)
  return bytes
}
