import { bytesToHex } from 'viem'

/** An address as people can compare it at a glance. */
export const shortAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

export const addressOf = (identity: Uint8Array): string => bytesToHex(identity)

export const counted = (count: number | bigint, one: string): string =>
  `${count} ${one}${BigInt(count) === 1n ? '' : 's'}`

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

export const timeOf = (ms: number): string => time.format(ms)
export const dayOf = (ms: number): string => day.format(ms)

/** A time today, else the day. */
export const whenOf = (ms: number): string => (dayOf(ms) === dayOf(Date.now()) ? timeOf(ms) : date.format(ms))

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Names one after the other: `Ann, Bo and Cy`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
