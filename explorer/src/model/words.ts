import { bytesToHex } from 'viem'

const whole = new Intl.NumberFormat('en')

export const counted = (value: bigint | number, one: string, many = `${one}s`): string =>
  `${whole.format(value)} ${BigInt(value) === 1n ? one : many}`

export const numbered = (value: bigint | number): string => whole.format(value)

/** Bytes as 0x and all their digits. */
export const hexOf = (bytes: Uint8Array): string => bytesToHex(bytes)

/** Enough of bytes to tell them from others by eye. */
export function shortOf(bytes: Uint8Array | string): string {
  const hex = typeof bytes === 'string' ? bytes : bytesToHex(bytes)
  return hex.length <= 18 ? hex : `${hex.slice(0, 10)}…${hex.slice(-4)}`
}

/** A moment in UTC. @param ms - Milliseconds since 1970. */
export function momentOf(ms: bigint | number): string {
  const date = new Date(Number(ms))
  return Number.isNaN(date.getTime()) ? `${ms} ms` : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** A span in the largest unit of which it has two, or seconds. @param ms - Milliseconds. */
export function spanOf(ms: bigint | number): string {
  const seconds = Math.max(0, Math.round(Number(ms) / 1000))
  const [unit, size] = units.find(([, each]) => seconds >= 2 * each) ?? ['second', 1]
  return counted(Math.floor(seconds / size), unit)
}

const sizes = ['bytes', 'KiB', 'MiB', 'GiB'] as const

export function sizeOf(bytes: number): string {
  const step = bytes < 1024 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log2(bytes) / 10))
  return step === 0 ? counted(bytes, 'byte') : `${(bytes / 1024 ** step).toFixed(1)} ${sizes[step]}`
}
