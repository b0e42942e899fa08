import { type GuardOptions, guardBounds, guardOptions } from '@parley/api/server'
import { type SocketOptions, socketBounds, socketOptions } from '@parley/feeds'
import { RelayError } from './faults.ts'

export interface RelayOptions extends GuardOptions, SocketOptions {
  /** Default 127.0.0.1. */
  readonly host: string
  /** 0 takes a free one. Default 0. */
  readonly port: number
  /** Bytes of blocks kept; those that are not claimed yet are kept beyond it. Default 4 GiB. */
  readonly maxBytes: number
}

type Bounds = readonly [standard: number, minimum: number, maximum: number]

const bounds: Readonly<Record<string, Bounds>> = {
  port: [0, 0, 65_535],
  maxBytes: [4 * 2 ** 30, 1, Number.MAX_SAFE_INTEGER],
  ...guardBounds,
  ...socketBounds,
}

/** Fills in defaults and checks every bound. @throws {RelayError} `OPTION_INVALID` naming the option. */
export function settingsOf(options: Partial<RelayOptions>): RelayOptions {
  const settings = {
    host: '127.0.0.1',
    port: 0,
    maxBytes: 4 * 2 ** 30,
    ...guardOptions({}),
    ...socketOptions({}),
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } as RelayOptions
  for (const [option, [, minimum, maximum]] of Object.entries(bounds)) {
    const value: unknown = (settings as unknown as Readonly<Record<string, unknown>>)[option]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw new RelayError({
        code: 'OPTION_INVALID',
        option,
        value: String(value),
        expected: `an integer of ${minimum} to ${maximum}`,
      })
  }
  return settings
}
