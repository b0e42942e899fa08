import { ContainerType, VectorCompositeType } from '@chainsafe/ssz'
import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  Bytes32Type,
  type ChangeMembers,
  limits,
  type Prices,
  PricesType,
  type Signature,
  type StateOfRoots,
  Uint64Type,
} from '@parley/protocol'

/** Form of what is stored: 5 since pages of records carry signatures. */
export const storedFormat = 5n

/** How far the chain is verified. */
export interface Tip {
  /** Number and hash of the last claim verified to its end; 0 before the first. */
  readonly claim: bigint
  readonly claimHash: Bytes32
  /** Last block of that claim. */
  readonly claimBlock: bigint
  /** Last verified block; beyond `claimBlock` while a claim is being verified. */
  readonly block: bigint
  /** Roots compared and found equal since the data directory was made. */
  readonly rootsCompared: bigint
  readonly rootsEqual: bigint
}
export const TipType = new ContainerType({
  claim: Uint64Type,
  claimHash: Bytes32Type,
  claimBlock: Uint64Type,
  block: Uint64Type,
  rootsCompared: Uint64Type,
  rootsEqual: Uint64Type,
})

/** Where a node joined by a snapshot: the claim that ended there, and its last block. */
export interface Joined {
  readonly claim: bigint
  readonly block: bigint
}
export const JoinedType = new ContainerType({ claim: Uint64Type, block: Uint64Type })

/** The verified state as its roots: what proofs lead to. */
export interface VerifiedState {
  readonly header: BlockHeader
  /** Prices after the block. */
  readonly prices: Prices
  readonly shardRoots: readonly Bytes32[]
}
export const VerifiedStateType = new ContainerType({
  header: BlockHeaderType,
  prices: PricesType,
  shardRoots: new VectorCompositeType(Bytes32Type, limits.shards),
})

/** The state in the form that proofs are made of. */
export function stateOfRoots({ header, prices, shardRoots }: VerifiedState): StateOfRoots {
  return {
    shards: [...shardRoots],
    inboxCount: header.inboxCount,
    prices,
    blockNumber: header.number,
    timestamp: header.timestamp,
  }
}

/** A claim that was verified: which one, and the blocks it covers. */
export const VerifiedClaimType = new ContainerType({ hash: Bytes32Type, first: Uint64Type, last: Uint64Type })

/** Selectors of what a conversation's record consists of. */
export const EntryKind = { message: 0, change: 1 } as const

/** One entry of a conversation's record: what its head is made of, in order. */
export interface HistoryRecord {
  readonly block: bigint
  readonly timestamp: bigint
  /** Came through the L2's inbox. */
  readonly forced: boolean
  /** The signer's, then of a change the consents; null once they are pruned. */
  readonly signatures: readonly Signature[] | null
  readonly event:
    | { readonly selector: 0; readonly value: { member: number; content: Bytes32 } }
    | { readonly selector: 1; readonly value: ChangeMembers }
}
