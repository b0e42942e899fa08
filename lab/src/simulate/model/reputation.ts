import type { Preset } from '@parley/infra'
import type { Address } from 'viem'

/** Multiples in hundredths of a percent, the maturity in seconds, the stake in wei. */
export type ReputationParameters = Preset['reputation']['parameters']

/** A list of sybils as its publisher left it. */
export interface SybilList {
  readonly validUntil: bigint
  readonly accounts: ReadonlySet<Address>
}

export interface Repute {
  /** Hundredths of a percent. */
  readonly surcharge: bigint
  /** Wei that count. */
  readonly stake: bigint
}

/** What is known of accounts; the reputation model reads it when it is asked. */
export interface Standings {
  /** Seconds since 1970. */
  readonly registeredAt: ReadonlyMap<Address, bigint>
  /** Wei. */
  readonly staked: ReadonlyMap<Address, bigint>
  /** Seconds since 1970. */
  readonly attestedUntil: ReadonlyMap<Address, bigint>
  /** Lists that the network follows. */
  readonly lists: ReadonlyMap<Address, SybilList>
}

const whole = 10_000n

/** How an account stands at `now`, by the specification. */
export function reputeOf(
  { newcomer, maturity, matureStake, attestation }: ReputationParameters,
  { registeredAt, staked, attestedUntil, lists }: Standings,
  account: Address,
  now: bigint,
): Repute {
  const without = { surcharge: BigInt(newcomer), stake: 0n }
  const since = registeredAt.get(account)
  const isListed = [...lists.values()].some((list) => list.validUntil > now && list.accounts.has(account))
  if (since === undefined || isListed) return without
  const stake = staked.get(account) ?? 0n
  const attested = (attestedUntil.get(account) ?? 0n) > now ? BigInt(attestation) : 0n
  const score = ((now - since) * whole) / BigInt(maturity) + (stake * whole) / matureStake + attested
  const counted = score > whole ? whole : score
  return { surcharge: BigInt(newcomer) - ((BigInt(newcomer) - whole) * counted) / whole, stake }
}
