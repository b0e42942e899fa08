import { GatewayError } from './faults.ts'
import { type GatewaySettings, unitsOf } from './options.ts'
import type { Tokens } from './tokens/tokens.ts'
import { type Charge, chargesOf, type Windows, WindowsAway } from './windows/windows.ts'

/** Who pays a gateway for a request: an address out of its windows, or tokens, which tell nothing of who had them. */
export interface Payment {
  readonly source: string
  /** Undefined when there are none. */
  readonly tokens: readonly Uint8Array[] | undefined
}

/** Gives back what was taken, when nothing was done for it. */
export type GiveBack = () => Promise<void>

const retryAfterMs = 1_000

/** Takes units for requests, from tokens or from windows. */
export class Allowances {
  private readonly windows: Windows
  private readonly tokens: Tokens | undefined
  private readonly settings: GatewaySettings

  constructor(windows: Windows, tokens: Tokens | undefined, settings: GatewaySettings) {
    this.windows = windows
    this.tokens = tokens
    this.settings = settings
  }

  /**
   * Takes all units and charges, or none.
   * @param charges - Those of others than who pays, such as an inbox.
   * @throws {GatewayError} `ALLOWANCE_EMPTY`, `TOKENS_OTHER`, `TOKEN_INVALID`, `TOKEN_SPENT`, `GATEWAY_BUSY`.
   */
  async take(
    { source, tokens }: Payment,
    units: number,
    charges: readonly Charge[],
    signal: AbortSignal,
  ): Promise<GiveBack> {
    if (tokens === undefined) return this.takeWindows([...this.anonymous(source, units), ...charges], false, signal)
    if (tokens.length !== units)
      throw new GatewayError({ code: 'TOKENS_OTHER', expected: units, received: tokens.length })
    if (this.tokens === undefined)
      throw new GatewayError({ code: 'TOKEN_INVALID', token: 0, reason: 'none are taken here' })
    const unspend = await this.tokens.spend(tokens, signal)
    try {
      const giveBack = await this.takeWindows(charges, true, signal)
      return async () => {
        await giveBack()
        await unspend()
      }
    } catch (error) {
      await unspend()
      throw error
    }
  }

  /** Takes charges. @param paid - Whether they may pass while nobody can count them. */
  async takeWindows(charges: readonly Charge[], paid: boolean, signal: AbortSignal): Promise<GiveBack> {
    try {
      const lack = await this.windows.take(charges, signal)
      if (lack === undefined) return () => this.windows.give(charges, signal)
      const { of, window, units } = lack.charge
      const waitMs = lack.retryAfterMs
      const told = { of, window: window.name, units, maximum: window.units, retryAfterMs: waitMs }
      throw new GatewayError({ code: 'ALLOWANCE_EMPTY', ...told })
    } catch (error) {
      if (!(error instanceof WindowsAway)) throw error
      // Who has paid is not made to wait for those who count; of the others nobody knows how much they have had.
      if (paid) return async () => undefined
      throw new GatewayError({ code: 'GATEWAY_BUSY', reason: error.message, retryAfterMs }, { cause: error })
    }
  }

  /** What all have together for whom nobody paid anything. */
  chargesOfAll(units: number): Charge[] {
    return chargesOf('all who paid nothing', unitsOf(this.settings, 'all'), units)
  }

  private anonymous(source: string, units: number): Charge[] {
    return [...chargesOf(`address ${source}`, unitsOf(this.settings, 'anonymous'), units), ...this.chargesOfAll(units)]
  }
}
