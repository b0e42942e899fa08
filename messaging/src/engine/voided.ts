/** A skip's entry, and the entries that it made void: `to` is the first position behind them. */
export interface Voided {
  readonly at: bigint
  readonly from: bigint
  readonly to: bigint
}

/** Whether a skip that was taken covers an entry. */
export function isVoid(voided: readonly Voided[], position: bigint): boolean {
  return voided.some((skip) => covers(skip, position))
}

/**
 * Whether a skip since some place made an entry before it void that was not so there. A group as it was at that place may have gone
 * by that entry, so nobody may join it any more.
 * @param asOf - Messages of the record up to that place.
 */
export function isOutdated(voided: readonly Voided[], asOf: bigint): boolean {
  const before = voided.filter(({ at }) => at < asOf)
  const isNew = (position: bigint): boolean => !before.some((skip) => covers(skip, position))
  return voided.some(({ at, from, to }) => at >= asOf && hasAny(from, smaller(to, asOf), isNew))
}

/** Whether a position from `from` on and before `to` is one of those that are looked for. */
export function hasAny(from: bigint, to: bigint, holds: (position: bigint) => boolean): boolean {
  for (let position = from; position < to; position += 1n) if (holds(position)) return true
  return false
}

export const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function covers({ from, to }: Voided, position: bigint): boolean {
  return position >= from && position < to
}
