declare const unit: unique symbol

/** 10^6 wei, in 64 bits: the unit of every amount and price on the L3. Wei are plain bigints. {@link mwei} makes one. */
export type Mwei = bigint & { readonly [unit]: 'mwei' }

/** Milliseconds in 64 bits: the unit of every time on the L3. Seconds of the L2 are plain bigints. {@link millis} makes one. */
export type Millis = bigint & { readonly [unit]: 'milliseconds' }

const weiPerMwei = 1_000_000n
const msPerSecond = 1_000n
const highest = 2n ** 64n - 1n

/** @throws {RangeError} outside of 64 bits. */
export function mwei(count: bigint): Mwei {
  return checked(count, 'mwei') as Mwei
}

/** @throws {RangeError} outside of 64 bits. */
export function millis(count: bigint): Millis {
  return checked(count, 'milliseconds') as Millis
}

export function toWei(amount: Mwei): bigint {
  return amount * weiPerMwei
}

/**
 * The mwei that lie in an amount of wei, and the wei left over.
 * @throws {RangeError} below 0, and from 2^64 mwei on.
 */
export function fromWei(wei: bigint): { readonly amount: Mwei; readonly rest: bigint } {
  if (wei < 0n) throw new RangeError(`${wei} wei are below 0`)
  return { amount: mwei(wei / weiPerMwei), rest: wei % weiPerMwei }
}

/**
 * One of `parts` equal parts of an amount of wei, rounded up, so that nothing is free while its cost is not 0.
 * @throws {RangeError} from 2^64 mwei on.
 */
export function partOfWei(wei: bigint, parts: bigint): Mwei {
  const whole = parts * weiPerMwei
  return mwei((wei + whole - 1n) / whole)
}

/** @throws {RangeError} from 2^64 milliseconds on. */
export function fromSeconds(seconds: bigint): Millis {
  return millis(seconds * msPerSecond)
}

/** Rounded down. */
export function toSeconds(time: Millis): bigint {
  return time / msPerSecond
}

function checked(count: bigint, name: string): bigint {
  if (count < 0n || count > highest) throw new RangeError(`${count} ${name} are not 0 to ${highest}`)
  return count
}
