import { fromHex, toHex } from '@parley/protocol/light'

/** Plain values with bytes and bigints, as text: what a device stores for itself. Nobody else writes it. */
export function encodeValue(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, tagged))
}

/** The inverse of {@link encodeValue}. @throws {SyntaxError} when the store has something else. */
export function decodeValue(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), untagged)
}

function tagged(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $int: value.toString() }
  return value instanceof Uint8Array ? { $bytes: toHex(value) } : value
}

function untagged(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$int' in value) return BigInt(value.$int as string)
  return '$bytes' in value ? fromHex(value.$bytes) : value
}
