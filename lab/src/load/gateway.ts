import type { Bytes32, Signature } from '@parley/protocol'

/** The account that pays in one shard. */
export interface GatewayAccount {
  /** Its index in the shard. */
  readonly account: number
  /** Nonce of its next operation; moves on when one is accepted. */
  nonce: bigint
}

/** Who pays for the load: one account in every shard, all of one owner, used by nobody else while the load runs. */
export interface Gateway {
  /** Signs as the owner: 64 bytes, low s. */
  sign(digest: Bytes32): Signature
  /** By shard, 64 of them. */
  readonly accounts: readonly GatewayAccount[]
}
