import { type Spread, spreadOf } from '@parley/execution/bench'

/** Milliseconds that so many messages took. */
export interface Delay {
  readonly ms: number
  readonly messages: number
}

/** Milliseconds within which shares of all messages were there. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The same over several measurements. */
export type PercentileSpreads = { readonly [P in keyof Percentiles]: Spread }

const shares = { p50: 0.5, p90: 0.9, p99: 0.99, max: 1 } as const

/** Percentiles of messages, each of which counts once. @throws {RangeError} for no messages. */
export function percentilesOf(delays: readonly Delay[]): Percentiles {
  const sorted = delays.toSorted((a, b) => a.ms - b.ms)
  const total = sorted.reduce((sum, { messages }) => sum + messages, 0)
  const at = (share: number): number => {
    let seen = 0
    const found = sorted.find(({ messages }) => {
      seen += messages
      return seen >= share * total
    })
    if (found === undefined) throw new RangeError('no messages have no percentiles')
    return found.ms
  }
  return { p50: at(shares.p50), p90: at(shares.p90), p99: at(shares.p99), max: at(shares.max) }
}

export function spreadsOf(measured: readonly Percentiles[]): PercentileSpreads {
  const of = (name: keyof Percentiles): Spread =>
    spreadOf(
      measured.map((each) => each[name]),
      1,
    )
  return { p50: of('p50'), p90: of('p90'), p99: of('p99'), max: of('max') }
}
