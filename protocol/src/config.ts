import type { Bytes20, Bytes32 } from './ssz/primitives.ts'
import type { Prices } from './types/state.ts'

/** Parameters of the shards' fee markets; fixed at deployment and part of consensus. @see docs/spec/fees.md */
export interface FeeParameters {
  /** Lowest execution price of one unit of weight, in mwei, at least 1. The highest is 64 times as much. */
  readonly minPrice: bigint
  /** Units of weight a shard works off per second. */
  readonly target: bigint
  /** Excess, in units, that multiplies the price by e. */
  readonly fraction: bigint
}

/** What every party must agree on to derive the same roots. Read from the contracts, never typed in twice. */
export interface ChainConfig {
  /** Chain id of the L2. */
  readonly chainId: bigint
  /** Address of the inbox contract; with the chain id it names the deployment in every signature. */
  readonly inbox: Bytes20
  readonly fees: FeeParameters
  /** Milliseconds after which a queued inbox item must be consumed by the next block. */
  readonly forceDelayMs: bigint
  readonly genesis: {
    /** Milliseconds since 1970. */
    readonly timestamp: bigint
    readonly prices: Prices
    readonly lineage: Bytes32
  }
}
