import { BooleanType, ByteListType, ByteVectorType, ContainerType, ListCompositeType, type Type } from '@chainsafe/ssz'
import { Bytes20Type, Bytes32Type, Uint8Type, Uint16Type, Uint32Type, Uint64Type } from '@parley/protocol'
import type { BytesLevel } from '@parley/runtime/level'
import { Uint256Type } from '../forms/types.ts'
import { pdsLimits } from '../limits.ts'
import { Table } from './table.ts'

const slots = 4_096
const FlagType = new BooleanType()

const UserType = new ContainerType(
  {
    joined: Uint64Type,
    scope: new ByteListType(pdsLimits.scopeBytes),
    /** The header by which it was given: with the scope it shows that the user wanted this. */
    authorization: new ByteListType(1_024),
  },
  { typeName: 'StoredUser' },
)

const StandingType = new ContainerType(
  { cursor: new ByteListType(65_536), count: Uint64Type, head: Bytes32Type, l2Number: Uint64Type, l2Hash: Bytes32Type },
  { typeName: 'StoredStanding' },
)

const InviteType = new ContainerType(
  {
    contentDigest: Bytes32Type,
    sender: Bytes20Type,
    fee: Uint256Type,
    muted: FlagType,
    /** Of the inbox after it. */
    head: Bytes32Type,
    /** 0, or one more than the place of the rule that hides it, of the scope with this number. */
    hidden: Uint8Type,
    scope: Uint64Type,
    /** What it was judged by. */
    opened: Bytes20Type,
    l2Number: Uint64Type,
    l2Hash: Bytes32Type,
    listed: FlagType,
    surcharge: Uint32Type,
    stake: Uint256Type,
  },
  { typeName: 'StoredInvite' },
)

const SlotType = new ContainerType({ key: Bytes32Type, role: Uint8Type, nonce: Uint64Type }, { typeName: 'StoredSlot' })
const SlotsType = new ListCompositeType(SlotType, slots)

const PlaceType = new ContainerType(
  {
    id: Bytes32Type,
    /** 0 before the creation was read. */
    begun: FlagType,
    founders: SlotsType,
    messages: Uint64Type,
    changes: Uint64Type,
    head: Bytes32Type,
    time: Uint64Type,
    slots: SlotsType,
    changed: Uint64Type,
    finalClaim: Uint64Type,
    finalBlock: Uint64Type,
    finalMessages: Uint64Type,
    finalChanges: Uint64Type,
    finalHead: Bytes32Type,
  },
  { typeName: 'StoredPlace' },
)

const EntryType = new ContainerType(
  {
    /** Messages before it. */
    position: Uint64Type,
    slot: Uint16Type,
    nonce: Uint64Type,
    content: Bytes32Type,
    change: new ByteListType(65_536),
    time: Uint64Type,
    /** Of the record after it. */
    head: Bytes32Type,
  },
  { typeName: 'StoredEntry' },
)

const WantedType = new ContainerType({ since: Uint64Type, attempts: Uint32Type }, { typeName: 'WantedContent' })
const SegmentType = new ContainerType(
  { bytes: new ByteListType(pdsLimits.segmentBytes) },
  { typeName: 'StoredSegment' },
)
const LengthType = new ContainerType({ bytes: Uint32Type }, { typeName: 'StoredLength' })
const ArchiveType = new ContainerType({ segments: Uint32Type, bytes: Uint64Type }, { typeName: 'StoredArchive' })
const CheckpointType = new ContainerType(
  { bytes: new ByteListType(pdsLimits.answerBytes), signature: new ByteVectorType(65) },
  { typeName: 'StoredCheckpoint' },
)
const MarkType = new ContainerType({ mark: FlagType }, { typeName: 'Mark' })

type ValueOf<T> = T extends Type<infer V> ? V : never
export type StoredStanding = ValueOf<typeof StandingType>
export type StoredInvite = ValueOf<typeof InviteType>
export type StoredPlace = ValueOf<typeof PlaceType>
export type StoredEntry = ValueOf<typeof EntryType>

/** What a service stores, but for contents. */
export function createTables(db: BytesLevel) {
  return {
    db,
    users: new Table(db, 'user/', UserType),
    standings: new Table(db, 'standing/', StandingType),
    invites: new Table(db, 'invite/', InviteType),
    /** Invites that are to be judged. */
    unjudged: new Table(db, 'unjudged/', MarkType),
    places: new Table(db, 'place/', PlaceType),
    entries: new Table(db, 'entry/', EntryType),
    /** By when they are looked for next, and digest. */
    wanted: new Table(db, 'wanted/', WantedType),
    segments: new Table(db, 'segment/', SegmentType),
    /** Of segments. */
    lengths: new Table(db, 'segment-length/', LengthType),
    /** Segments of a user, together. */
    archives: new Table(db, 'archive/', ArchiveType),
    checkpoints: new Table(db, 'checkpoint/', CheckpointType),
  }
}

export type Tables = ReturnType<typeof createTables>
