import { merkleRoot } from '@parley/da-adapters/celestia'
import { BinaryWriter, WireType } from 'cosmjs-types/binary'
import { Timestamp } from 'cosmjs-types/google/protobuf/timestamp'
import { BlockID, CommitSig } from 'cosmjs-types/tendermint/types/types'
import { Consensus } from 'cosmjs-types/tendermint/version/types'

/** Seconds and nanoseconds since 1970. */
export interface BlockTime {
  readonly seconds: bigint
  readonly nanos: number
}

/** Names a block by its header and by the parts in which it was sent. */
export interface BlockName {
  readonly hash: Uint8Array
  readonly parts: { readonly total: number; readonly hash: Uint8Array }
}

/** A CometBFT header; hashes have 32 bytes, or none where there is nothing to hash. */
export interface CometHeader {
  readonly version: { readonly block: bigint; readonly app: bigint }
  readonly chainId: string
  readonly height: bigint
  readonly time: BlockTime
  readonly lastBlock: BlockName
  readonly lastCommitHash: Uint8Array
  readonly dataHash: Uint8Array
  readonly validatorsHash: Uint8Array
  readonly nextValidatorsHash: Uint8Array
  readonly consensusHash: Uint8Array
  readonly appHash: Uint8Array
  readonly lastResultsHash: Uint8Array
  readonly evidenceHash: Uint8Array
  readonly proposer: Uint8Array
}

/** One validator's signature under a block. */
export interface CommitSignature {
  readonly address: Uint8Array
  readonly time: BlockTime
  readonly signature: Uint8Array
}

/** Of `SignedMsgType`: a precommit. */
const precommit = 2

/** Of `BlockIDFlag`: signed for the block. */
export const flagCommit = 2

const protoBlock = ({ hash, parts }: BlockName) => ({ hash, partSetHeader: parts })

/** `google.protobuf.BytesValue`; nothing at all of no bytes. */
const wrapped = (bytes: Uint8Array): Uint8Array =>
  bytes.length === 0 ? bytes : BinaryWriter.create().tag(1, WireType.Bytes).bytes(bytes).finish()

/** The Merkle root of the header's fields, each encoded by itself. */
export function headerHash(header: CometHeader): Uint8Array {
  const { chainId, height, time, version } = header
  return merkleRoot([
    Consensus.encode(version).finish(),
    BinaryWriter.create().tag(1, WireType.Bytes).string(chainId).finish(),
    BinaryWriter.create().tag(1, WireType.Varint).int64(height).finish(),
    Timestamp.encode(time).finish(),
    BlockID.encode(protoBlock(header.lastBlock)).finish(),
    wrapped(header.lastCommitHash),
    wrapped(header.dataHash),
    wrapped(header.validatorsHash),
    wrapped(header.nextValidatorsHash),
    wrapped(header.consensusHash),
    wrapped(header.appHash),
    wrapped(header.lastResultsHash),
    wrapped(header.evidenceHash),
    wrapped(header.proposer),
  ])
}

/** What a validator signs for a block in round 0: a canonical vote behind its length. */
export function voteBytes(chainId: string, height: bigint, block: BlockName, time: BlockTime): Uint8Array {
  const writer = BinaryWriter.create().fork()
  writer.tag(1, WireType.Varint).int32(precommit)
  writer.tag(2, WireType.Fixed64).sfixed64(height)
  writer.tag(4, WireType.Bytes).fork()
  writer.tag(1, WireType.Bytes).bytes(block.hash)
  writer.tag(2, WireType.Bytes).fork()
  writer.tag(1, WireType.Varint).uint32(block.parts.total)
  writer.tag(2, WireType.Bytes).bytes(block.parts.hash)
  writer.ldelim().ldelim()
  writer.tag(5, WireType.Bytes).fork()
  Timestamp.encode(time, writer)
  writer.ldelim()
  return writer.tag(6, WireType.Bytes).string(chainId).ldelim().finish()
}

/** What the next header has as `last_commit_hash`. */
export function commitHash(signatures: readonly CommitSignature[]): Uint8Array {
  return merkleRoot(
    signatures.map(({ address, time, signature }) =>
      CommitSig.encode({ blockIdFlag: flagCommit, validatorAddress: address, timestamp: time, signature }).finish(),
    ),
  )
}
