import { BooleanType, ByteListType, ByteVectorType, ContainerType, ListCompositeType, type Type } from '@chainsafe/ssz'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'
import { PdsError } from '../faults.ts'
import { pdsLimits } from '../limits.ts'
import { decodeExactly } from './exactly.ts'
import { Uint256Type } from './types.ts'

const version = 1
const FlagType = new BooleanType()

/** An invite in the order of the public inbox. */
const InviteType = new ContainerType(
  {
    contentDigest: Bytes32Type,
    /** As the L2 has it: of a relayed invite, whom it names. */
    sender: Bytes20Type,
    fee: Uint256Type,
    muted: FlagType,
    /** 0, or one more than the place of the rule that hides it. */
    hidden: Uint8Type,
    /** Milliseconds since 1970 until which its envelope is kept; 0 while it is not. */
    keptUntil: Uint64Type,
  },
  { typeName: 'StatedInvite' },
)

/** How a conversation stands: the newest by the feed, and as proven under the newest final claim. */
const ConversationType = new ContainerType(
  {
    shard: Uint8Type,
    index: Uint32Type,
    id: Bytes32Type,
    messages: Uint64Type,
    changes: Uint64Type,
    head: Bytes32Type,
    changed: Uint64Type,
    /** 0 while it is not followed: nothing is said of its record. */
    followed: FlagType,
    finalClaim: Uint64Type,
    finalBlock: Uint64Type,
    finalMessages: Uint64Type,
    finalChanges: Uint64Type,
    finalHead: Bytes32Type,
  },
  { typeName: 'StatedConversation' },
)

const EntryType = new ContainerType(
  {
    /** Of a message; 0 of a change. */
    slot: Uint16Type,
    nonce: Uint64Type,
    content: Bytes32Type,
    /** SSZ of the change; empty of a message. */
    change: new ByteListType(65_536),
    /** The block's, in milliseconds. */
    time: Uint64Type,
    keptUntil: Uint64Type,
  },
  { typeName: 'StatedEntry' },
)

const HiddenType = new ContainerType(
  {
    sequence: Uint64Type,
    contentDigest: Bytes32Type,
    rule: Uint8Type,
    /** Scope that the rule is of. */
    scope: Uint64Type,
    /** Who sent it by its head, where that was opened and holds; zeros otherwise. */
    sender: Bytes20Type,
    muted: FlagType,
    fee: Uint256Type,
    /** How the sender stood at this block of the L2; zeros where nobody looked. */
    l2Number: Uint64Type,
    l2Hash: Bytes32Type,
    listed: FlagType,
    surcharge: Uint32Type,
    stake: Uint256Type,
  },
  { typeName: 'StatedHidden' },
)

const HeldType = new ContainerType({ digest: Bytes32Type, keptUntil: Uint64Type }, { typeName: 'StatedContent' })
const SegmentType = new ContainerType({ digest: Bytes32Type, bytes: Uint32Type }, { typeName: 'StatedSegment' })

const bodies = {
  /** A scope was taken. */
  scope: new ContainerType(
    { number: Uint64Type, digest: Bytes32Type, headKey: Bytes32Type },
    { typeName: 'ScopeTaken' },
  ),
  /** The public inbox at the block that the statement names. */
  inbox: new ContainerType(
    {
      from: Uint64Type,
      headBefore: Bytes32Type,
      invites: new ListCompositeType(InviteType, pdsLimits.page),
      count: Uint64Type,
      head: Bytes32Type,
    },
    { typeName: 'InboxStated' },
  ),
  conversations: new ContainerType(
    {
      since: Uint64Type,
      conversations: new ListCompositeType(ConversationType, pdsLimits.page),
      /** What to ask for next. */
      next: Uint64Type,
      more: FlagType,
      /** Conversations of the scope. */
      total: Uint32Type,
    },
    { typeName: 'ConversationsStated' },
  ),
  record: new ContainerType(
    {
      shard: Uint8Type,
      index: Uint32Type,
      id: Bytes32Type,
      from: Uint64Type,
      headBefore: Bytes32Type,
      entries: new ListCompositeType(EntryType, pdsLimits.page),
      messages: Uint64Type,
      changes: Uint64Type,
      head: Bytes32Type,
    },
    { typeName: 'RecordStated' },
  ),
  hidden: new ContainerType(
    {
      from: Uint64Type,
      hidden: new ListCompositeType(HiddenType, pdsLimits.page),
      /** Sequence to ask for next, and whether there is more. */
      next: Uint64Type,
      more: FlagType,
    },
    { typeName: 'HiddenStated' },
  ),
  /** The newest checkpoint, whole and with its own signature. */
  checkpoint: new ContainerType(
    { number: Uint64Type, checkpoint: new ByteListType(pdsLimits.answerBytes), signature: new ByteVectorType(65) },
    { typeName: 'CheckpointStated' },
  ),
  held: new ContainerType(
    { contents: new ListCompositeType(HeldType, pdsLimits.page) },
    { typeName: 'ContentsStated' },
  ),
  segments: new ContainerType(
    {
      after: Bytes32Type,
      segments: new ListCompositeType(SegmentType, pdsLimits.page),
      more: FlagType,
      bytes: Uint64Type,
    },
    { typeName: 'SegmentsStated' },
  ),
} as const

type Bodies = typeof bodies
export type StatementKind = keyof Bodies
type ValueOf<T> = T extends Type<infer V> ? V : never
export type BodyOf<K extends StatementKind> = ValueOf<Bodies[K]>

export type StatedInvite = BodyOf<'inbox'>['invites'][number]
export type StatedConversation = BodyOf<'conversations'>['conversations'][number]
export type StatedEntry = BodyOf<'record'>['entries'][number]
export type StatedHidden = BodyOf<'hidden'>['hidden'][number]

const kinds = Object.keys(bodies) as StatementKind[]

const StatementType = new ContainerType(
  {
    version: Uint8Type,
    kind: Uint8Type,
    chainId: Uint64Type,
    inbox: Bytes20Type,
    identity: Bytes20Type,
    nonce: Bytes32Type,
    answeredAt: Uint64Type,
    l2Number: Uint64Type,
    l2Hash: Bytes32Type,
    scope: Uint64Type,
    body: new ByteListType(2 * pdsLimits.answerBytes),
  },
  { typeName: 'Statement' },
)

/** What every statement says beside its body. */
export interface Stated {
  readonly chainId: bigint
  readonly inbox: Bytes20
  readonly identity: Bytes20
  /** Of the request that it answers. */
  readonly nonce: Bytes32
  /** Milliseconds since 1970, by the service's clock. */
  readonly answeredAt: bigint
  /** The newest block of the L2 that the service had followed the identity's inbox to. */
  readonly l2Number: bigint
  readonly l2Hash: Bytes32
  /** Number of the scope in force. */
  readonly scope: bigint
}

export interface Statement<K extends StatementKind> extends Stated {
  readonly kind: K
  readonly body: BodyOf<K>
}

export function encodeStatement<K extends StatementKind>({ kind, body, ...stated }: Statement<K>): Uint8Array {
  const type = bodies[kind] as unknown as Type<BodyOf<K>>
  return StatementType.serialize({ version, kind: kinds.indexOf(kind) + 1, ...stated, body: type.serialize(body) })
}

const invalid = (field: string, expected: string, cause?: unknown): PdsError =>
  new PdsError({ code: 'STATEMENT_INVALID', field, expected }, { cause })

/** The inverse of {@link encodeStatement}. @throws {PdsError} `STATEMENT_INVALID`. */
export function decodeStatement<K extends StatementKind>(kind: K, bytes: Uint8Array): Statement<K> {
  const {
    version: received,
    kind: number,
    body,
    ...stated
  } = decodeExactly(StatementType, bytes, (expected, cause) => invalid('statement', expected, cause))
  if (received !== version) throw invalid('statement.version', String(version))
  if (kinds[number - 1] !== kind) throw invalid('statement.kind', kind)
  const type = bodies[kind] as unknown as Type<BodyOf<K>>
  const value = decodeExactly(type, body, (expected, cause) => invalid(`statement.${kind}`, expected, cause))
  return { ...stated, kind, body: value }
}

/** The kind that a statement says it is of; undefined when it is none. */
export function kindOfStatement(bytes: Uint8Array): StatementKind | undefined {
  return kinds[(bytes[1] ?? 0) - 1]
}
