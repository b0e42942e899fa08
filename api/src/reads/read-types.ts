import { BooleanType, ContainerType, ListCompositeType, UnionType } from '@chainsafe/ssz'
import {
  AccountType,
  Bytes32Type,
  ChangeMembersType,
  ConversationType,
  conversationDepth,
  limits,
  maxProofDepth,
  SignatureType,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'
import { FeedPlaceType } from '../feed/frame-types.ts'

/** Bounds of what one request reads of a node. @see docs/spec/reads.md */
export const readLimits = {
  /** Entries of one page of a conversation's record. */
  pageEntries: 1_000,
  /** Conversations of one request. */
  places: 1_000,
  /** Conversations asked for at once of those that changed; the last block's are told whole. */
  changesAsked: 4_096,
  /** Conversations told at once of those that changed. */
  changes: 65_536,
  /** Bytes of an answer with many conversations. */
  conversationsBytes: 4 * 1024 * 1024,
} as const

/** Bytes of a place in a body: shard and index. */
export const placeBytes = FeedPlaceType.fixedSize as number

/** The claim of a state that no claim ends with yet. */
export const noClaim = 2n ** 64n - 1n

const bool = new BooleanType()
const place = { shard: Uint8Type, index: Uint32Type }
const proven = {
  block: Uint64Type,
  timestamp: Uint64Type,
  claim: Uint64Type,
  endsClaim: bool,
  final: bool,
  stateRoot: Bytes32Type,
}
const branch = new ListCompositeType(Bytes32Type, maxProofDepth)

/** A conversation and where its proof leads to. */
export const ProvenConversationType = new ContainerType(
  { ...proven, ...place, branch, conversation: ConversationType },
  { typeName: 'ProvenConversation' },
)

/** An account and where its proof leads to. */
export const ProvenAccountType = new ContainerType(
  { ...proven, ...place, branch, account: AccountType },
  { typeName: 'ProvenAccount' },
)

const PlacedConversationType = new ContainerType(
  { ...place, conversation: ConversationType },
  { typeName: 'PlacedConversation' },
)

/** Many conversations of one state, and the nodes that prove them together. */
export const ProvenConversationsType = new ContainerType(
  {
    ...proven,
    conversations: new ListCompositeType(PlacedConversationType, readLimits.places),
    unknown: new ListCompositeType(FeedPlaceType, readLimits.places),
    nodes: new ListCompositeType(Bytes32Type, readLimits.places * conversationDepth),
  },
  { typeName: 'ProvenConversations' },
)

const RecordedMessageType = new ContainerType(
  { member: Uint16Type, content: Bytes32Type },
  { typeName: 'RecordedMessage' },
)

const RecordEntryType = new ContainerType(
  {
    block: Uint64Type,
    timestamp: Uint64Type,
    forced: bool,
    withheld: bool,
    signatures: new ListCompositeType(SignatureType, limits.signaturesPerOperation),
    event: new UnionType([RecordedMessageType, ChangeMembersType]),
  },
  { typeName: 'RecordEntry' },
)

/** Entries of a conversation's record, `from` being the number of the first. */
export const RecordPageType = new ContainerType(
  { from: Uint64Type, entries: new ListCompositeType(RecordEntryType, readLimits.pageEntries) },
  { typeName: 'RecordPage' },
)

const ChangedConversationType = new ContainerType(
  { ...place, block: Uint64Type, entries: Uint64Type },
  { typeName: 'ChangedConversation' },
)

/** Conversations whose records grew. */
export const ChangesType = new ContainerType(
  {
    head: Uint64Type,
    lineage: Bytes32Type,
    through: Uint64Type,
    changed: new ListCompositeType(ChangedConversationType, readLimits.changes),
  },
  { typeName: 'Changes' },
)
