import { CodedError } from '@parley/protocol/light'
import { bytesToHex } from 'viem'

/** An address as people can compare it at a glance. */
export const shortAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

export const addressOf = (identity: Uint8Array): string => bytesToHex(identity)

const hints: Readonly<Record<string, string>> = {
  IDENTITY_UNREACHABLE: 'This address is not registered yet: ask its owner to open Parley first.',
  DEVICE_UNKNOWN: 'No device of yours shows this code. Register the new device first, then type its twelve digits.',
  SPONSOR_REFUSED: 'No gateway pays for this now. Try again in a minute.',
  GATEWAYS_FAILED: 'No gateway answers now. Try again in a minute.',
  CONTENT_UNAVAILABLE: 'No store has this now. Try again in a minute.',
  L2_UNAVAILABLE: 'The L2 does not answer. Check your connection.',
  SERVER_UNAVAILABLE: 'The server does not answer. Check your connection.',
  INVITE_UNUSABLE: 'This invite can no longer be accepted.',
  INSTALLATION_REVOKED: 'This device was revoked: it can neither read nor write any more.',
  STORE_OF_ANOTHER: 'This browser keeps the data of another account.',
}

/** What went wrong, for people. Faults of Parley come with their code. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof CodedError)) return 'Something unexpected went wrong. Reload the page to go on.'
  const { code } = error.fault
  return hints[code] ?? `${error.message} (${code})`
}

/** Whether trying again by itself may help. */
export const isPassing = (error: unknown): boolean => error instanceof CodedError && error.meaning.retry === 'later'

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

export const timeOf = (ms: number): string => time.format(ms)
export const dayOf = (ms: number): string => day.format(ms)

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
