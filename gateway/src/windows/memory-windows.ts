import type { Clock } from '@parley/runtime'
import { type Charge, keyOf, type Lack, type Windows } from './windows.ts'

/** Windows that are not full at once; more are refused. */
const defaultMaximum = 1_000_000

/**
 * Windows of one instance, in memory. Each remembers one number, the time at which it is full again (GCRA), so that units come
 * back evenly and none is counted that was not taken. With too many at once nobody new is let in.
 */
export function memoryWindows(clock: Clock, maximum = defaultMaximum): Windows {
  /** By key, elapsed microseconds at which the window is full again: whole ones, for fractions do not add up. */
  const fullAt = new Map<string, number>()

  const elapsed = (): number => Math.floor(1_000 * clock.elapsed())
  const stepOf = ({ window, units }: Charge): number => Math.floor((1_000 * units * window.periodMs) / window.units)
  const after = (charge: Charge, at: number, now: number): number => Math.max(at, now) + stepOf(charge)

  const sweep = (now: number): void => {
    for (const [key, at] of fullAt) if (at <= now) fullAt.delete(key)
  }

  return {
    async take(charges) {
      const now = elapsed()
      if (fullAt.size + charges.length > maximum) sweep(now)
      // One window may be charged twice: the second comes on top of the first.
      const next = new Map<string, number>()
      let lack: Lack
      for (const charge of charges) {
        if (charge.units === 0) continue
        const key = keyOf(charge)
        const { window } = charge
        const isNew = !next.has(key) && !fullAt.has(key)
        const at = after(charge, next.get(key) ?? fullAt.get(key) ?? now, now)
        const room = !isNew || fullAt.size + next.size < maximum
        const retryAfterMs = room ? (at - now) / 1_000 - window.periodMs : window.periodMs
        if (retryAfterMs > (lack?.retryAfterMs ?? 0))
          lack = { charge, retryAfterMs: waitOf(retryAfterMs, window.periodMs) }
        next.set(key, at)
      }
      if (lack !== undefined) return lack
      for (const [key, at] of next) fullAt.set(key, at)
      return undefined
    },
    async give(charges) {
      const now = elapsed()
      for (const charge of charges) {
        const key = keyOf(charge)
        const at = fullAt.get(key)
        if (at === undefined || charge.units === 0) continue
        const earlier = at - stepOf(charge)
        if (earlier <= now) fullAt.delete(key)
        else fullAt.set(key, earlier)
      }
    },
  }
}

/** A window without units lets nothing pass, ever: whoever asks is sent away for a whole period. */
const waitOf = (ms: number, periodMs: number): number => (Number.isFinite(ms) ? Math.ceil(ms) : periodMs)
