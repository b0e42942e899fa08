import { ByteListType, ContainerType, ListCompositeType, UintNumberType } from '@chainsafe/ssz'
import {
  type BatchClaim,
  BlockHeaderType,
  Bytes20Type,
  Bytes32Type,
  type InboxItem,
  InboxItemType,
  type L2Position,
  limits,
  type Millis,
  maxPointerBytes,
  type RulesVersion,
  Uint8Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol'

const PositionType = new ContainerType({ blockNumber: Uint64Type, blockHash: Bytes32Type })

const DataPartType = new ContainerType({ layer: Uint8Type, pointer: new ByteListType(maxPointerBytes) })

const Seconds = new UintNumberType(8)

const BatchClaimType = new ContainerType({
  number: Uint64Type,
  parent: Bytes32Type,
  lineage: Bytes32Type,
  coreRoot: Bytes32Type,
  witnessRoot: Bytes32Type,
  lastHeader: BlockHeaderType,
  core: DataPartType,
  witness: DataPartType,
  windows: new ContainerType({ challenge: Seconds, data: Seconds, answer: Seconds, proof: Seconds }),
  claimer: Bytes20Type,
  claimedAt: Uint64Type,
})

/** A claim as the L2 told it. */
export interface ClaimRecord {
  readonly hash: Uint8Array
  readonly at: L2Position
  readonly claim: BatchClaim
}
export const ClaimRecordType = new ContainerType({ hash: Bytes32Type, at: PositionType, claim: BatchClaimType })

/** What a rescue executes, as its event told it: kept under the hash of its claim, which commits to all of it. */
export const RescuedRunsType = new ListCompositeType(
  new ContainerType({
    shard: Uint8Type,
    items: new ListCompositeType(
      new ContainerType({ preRoot: Bytes32Type, item: Uint64Type, postRoot: Bytes32Type }),
      limits.segmentsPerBlock,
    ),
  }),
  limits.shards,
)

/** An inbox item as the L2 told it. */
export interface ItemRecord {
  readonly time: Millis
  readonly inboxHash: Uint8Array
  readonly item: InboxItem
}
export const ItemRecordType = new ContainerType({ time: Uint64Type, inboxHash: Bytes32Type, item: InboxItemType })

export const EventKind = { item: 0, claim: 1, removal: 2, final: 3, rules: 4 } as const

/** Versions of the rules that may be announced; each takes a vote. */
const mostVersions = 1024

const RulesVersionType = new ContainerType({
  from: Uint64Type,
  announcedAt: Uint64Type,
  number: Uint32Type,
  dataCommittee: Bytes20Type,
  fees: new ContainerType({ minPrice: Uint64Type, target: Uint64Type, fraction: Uint64Type }),
})
const RulesType = new ListCompositeType(RulesVersionType, mostVersions)

/** What undoes one event when the L2 block that told it is no longer canonical. */
export const UndoRecordType = new ContainerType({
  blockNumber: Uint64Type,
  kind: Uint8Type,
  /** Of a removal: lineage before it and the claims it took away. */
  lineage: Bytes32Type,
  removed: new ListCompositeType(ClaimRecordType, 2 ** 24),
  /** Of a finality event: the latest final claim before it. */
  final: Uint64Type,
  /** Of an announcement or its withdrawal: the versions before it. */
  rules: RulesType,
})

/** All that the events so far add up to, beside the items and claims themselves. */
export interface L2Summary {
  readonly cursor: L2Position
  /** Events applied and not undone. */
  readonly events: bigint
  readonly items: bigint
  /** Number of the latest claim standing. */
  readonly claim: bigint
  /** Number of the latest final claim. */
  readonly final: bigint
  readonly lineage: Uint8Array
  /** Versions of the rules, announced ones included. */
  readonly rules: readonly RulesVersion[]
  /** L2 time of the cursor's block. */
  readonly time: Millis
}
export const L2SummaryType = new ContainerType({
  cursor: PositionType,
  events: Uint64Type,
  items: Uint64Type,
  claim: Uint64Type,
  final: Uint64Type,
  lineage: Bytes32Type,
  rules: RulesType,
  time: Uint64Type,
})
