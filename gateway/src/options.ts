import { GatewayError } from './faults.ts'
import type { WindowUnits } from './windows/windows.ts'

/** For whom a gateway pays, and how much. All optional. */
export interface GatewayOptions {
  /** Units that a change of the directory, and an invite, take of an allowance. @default 2 and 1 */
  readonly contactUnits?: number
  readonly inviteUnits?: number
  /** Units that one address may use without a token. @default 4, 8 and 16 */
  readonly anonymousSecond?: number
  readonly anonymousMinute?: number
  readonly anonymousDay?: number
  /** Units that all together may use without a token. @default 100, 1,000 and 20,000 */
  readonly allSecond?: number
  readonly allMinute?: number
  readonly allDay?: number
  /** Invites that one inbox is sent through the gateway. @default 2, 10 and 100 */
  readonly recipientSecond?: number
  readonly recipientMinute?: number
  readonly recipientDay?: number
  /** Units that a forced item and a new conversation take. @default 5 and 4 */
  readonly forcedUnits?: number
  readonly conversationUnits?: number
  /** Mwei of all members of a new conversation together; mwei that a unit of funds is; mwei that a message of who is funded may cost. */
  readonly maxAllowance?: number
  readonly unitMwei?: number
  readonly priceLimit?: number
  /** Tokens a day for who proves nothing, little, enough and much. @default 5, 100, 1,000 and 10,000 */
  readonly tierNone?: number
  readonly tierLow?: number
  readonly tierMiddle?: number
  readonly tierHigh?: number
  /** Gwei that the gateway pays for one invite at most. @default 1,000,000, a thousandth of an ether */
  readonly maxInviteGwei?: number
  /** Seconds of the L2 within which a promise is kept. @default 120 */
  readonly includeWithinSeconds?: number
}

export type GatewaySettings = Required<GatewayOptions>

const most = 2 ** 32 - 1

/** Default, minimum and maximum of each. */
export const gatewayBounds = {
  contactUnits: [2, 0, 1_000],
  inviteUnits: [1, 0, 1_000],
  anonymousSecond: [4, 0, most],
  anonymousMinute: [8, 0, most],
  anonymousDay: [16, 0, most],
  allSecond: [100, 0, most],
  allMinute: [1_000, 0, most],
  allDay: [20_000, 0, most],
  recipientSecond: [2, 0, most],
  recipientMinute: [10, 0, most],
  recipientDay: [100, 0, most],
  forcedUnits: [5, 0, 1_000],
  conversationUnits: [4, 0, 1_000],
  maxAllowance: [400_000_000, 0, Number.MAX_SAFE_INTEGER],
  unitMwei: [100_000_000, 1, Number.MAX_SAFE_INTEGER],
  priceLimit: [10_000_000, 1, Number.MAX_SAFE_INTEGER],
  tierNone: [5, 0, most],
  tierLow: [100, 0, most],
  tierMiddle: [1_000, 0, most],
  tierHigh: [10_000, 0, most],
  maxInviteGwei: [1_000_000, 0, 1_000_000_000],
  includeWithinSeconds: [120, 2, 3_600],
} as const satisfies { readonly [option in keyof GatewaySettings]: readonly [number, number, number] }

/** Fills in defaults. @throws {GatewayError} `OPTION_OUT_OF_RANGE`. */
export function settingsOf(options: GatewayOptions): GatewaySettings {
  const entries = Object.entries(gatewayBounds).map(([option, [standard, minimum, maximum]]) => {
    const value = options[option as keyof GatewayOptions] ?? standard
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new GatewayError({ code: 'OPTION_OUT_OF_RANGE', option, value, minimum, maximum })
    return [option, value]
  })
  return Object.fromEntries(entries) as GatewaySettings
}

/** Units by window, of those that somebody is given. */
export function unitsOf(settings: GatewaySettings, of: 'anonymous' | 'all' | 'recipient'): WindowUnits {
  return { second: settings[`${of}Second`], minute: settings[`${of}Minute`], day: settings[`${of}Day`] }
}
