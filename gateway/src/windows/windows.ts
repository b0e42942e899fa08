/** So many units in so many milliseconds, all at once or spread over them. */
export interface Window {
  readonly name: 'second' | 'minute' | 'day'
  readonly units: number
  readonly periodMs: number
}

/** Units that a window of somebody or something is to give. */
export interface Charge {
  /** Whose window it is, such as `address 192.0.2.1`; at most 200 characters. */
  readonly of: string
  readonly window: Window
  readonly units: number
}

/** What became of charges. `undefined` when all were taken; else the one that lacks most, and nothing was taken. */
export type Lack = { readonly charge: Charge; readonly retryAfterMs: number } | undefined

/** Nobody can count now. */
export class WindowsAway extends Error {
  override readonly name = 'WindowsAway'
}

/** Windows of many, all or nothing. Calls reject with {@link WindowsAway} when nobody can count. */
export interface Windows {
  /** Takes all charges, or none. */
  take(charges: readonly Charge[], signal: AbortSignal): Promise<Lack>
  /** Gives back what was taken and not used. */
  give(charges: readonly Charge[], signal: AbortSignal): Promise<void>
}

/** Units by window, as operators configure them; 0 lets nothing pass. */
export interface WindowUnits {
  readonly second: number
  readonly minute: number
  readonly day: number
}

const periods = { second: 1_000, minute: 60_000, day: 86_400_000 } as const

/** The charges of so many units to all windows of one. */
export function chargesOf(of: string, units: WindowUnits, cost: number): Charge[] {
  return (['second', 'minute', 'day'] as const).map((name) => ({
    of,
    window: { name, units: units[name], periodMs: periods[name] },
    units: cost,
  }))
}

/** Names a window among all. */
export const keyOf = ({ of, window }: Charge): string => `${of} ${window.name}`
