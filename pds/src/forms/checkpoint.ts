import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  Uint8Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'
import { PdsError } from '../faults.ts'
import { pdsLimits } from '../limits.ts'
import { decodeExactly } from './exactly.ts'

const version = 1

const ConversationType = new ContainerType(
  { shard: Uint8Type, index: Uint32Type, finalMessages: Uint64Type, finalChanges: Uint64Type, finalHead: Bytes32Type },
  { typeName: 'CheckpointConversation' },
)

const CheckpointType = new ContainerType(
  {
    version: Uint8Type,
    chainId: Uint64Type,
    inbox: Bytes20Type,
    identity: Bytes20Type,
    number: Uint64Type,
    previous: Bytes32Type,
    createdAt: Uint64Type,
    scope: Uint64Type,
    scopeDigest: Bytes32Type,
    l2Number: Uint64Type,
    l2Hash: Bytes32Type,
    invites: Uint64Type,
    invitesHead: Bytes32Type,
    conversations: new ListCompositeType(ConversationType, pdsLimits.conversations),
    segments: Uint32Type,
  },
  { typeName: 'Checkpoint' },
)

/** What a service had of a user at one moment, in a chain of its own. */
export interface Checkpoint {
  readonly chainId: bigint
  readonly inbox: Bytes20
  readonly identity: Bytes20
  /** From 1, without gaps. */
  readonly number: bigint
  /** SHA-256 of the one before; zeros of the first. */
  readonly previous: Bytes32
  /** Milliseconds since 1970. */
  readonly createdAt: bigint
  /** Number and digest of the scope in force. */
  readonly scope: bigint
  readonly scopeDigest: Bytes32
  /** The block of the L2 that the inbox was followed to. */
  readonly l2Number: bigint
  readonly l2Hash: Bytes32
  readonly invites: bigint
  readonly invitesHead: Bytes32
  /** Records as proven under a final claim, in order of their places. */
  readonly conversations: readonly {
    readonly shard: number
    readonly index: number
    readonly finalMessages: bigint
    readonly finalChanges: bigint
    readonly finalHead: Bytes32
  }[]
  /** Archive segments stored. */
  readonly segments: number
}

export const checkpointDigest = (bytes: Uint8Array): Bytes32 => sha256(bytes)

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return CheckpointType.serialize({ version, ...checkpoint, conversations: [...checkpoint.conversations] })
}

/** The inverse of {@link encodeCheckpoint}. @throws {PdsError} `STATEMENT_INVALID`. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { version: received, ...checkpoint } = decodeExactly(
    CheckpointType,
    bytes,
    (expected, cause) => new PdsError({ code: 'STATEMENT_INVALID', field: 'checkpoint', expected }, { cause }),
  )
  if (received !== version)
    throw new PdsError({ code: 'STATEMENT_INVALID', field: 'checkpoint.version', expected: String(version) })
  return checkpoint
}
