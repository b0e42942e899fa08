import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Bytes20, Bytes32 } from '../ssz/primitives.ts'
import { type BlockHeader, BlockHeaderType } from '../types/block.ts'
import type { CreateConversation, Fund, Reclaim, Withdraw } from '../types/operation.ts'

/** EIP-712 types that owners and the sequencer sign, in the form wallets take. @see docs/spec/signatures.md#owners */
export const typedData = {
  CreateConversation: [
    { name: 'shard', type: 'uint8' },
    { name: 'account', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
    { name: 'salt', type: 'bytes32' },
    { name: 'members', type: 'InitialMember[]' },
  ],
  InitialMember: [
    { name: 'key', type: 'bytes32' },
    { name: 'role', type: 'uint8' },
    { name: 'allowance', type: 'uint64' },
    { name: 'priceLimit', type: 'uint64' },
  ],
  Fund: [
    { name: 'shard', type: 'uint8' },
    { name: 'account', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
    { name: 'conversation', type: 'uint32' },
    { name: 'member', type: 'uint16' },
    { name: 'amount', type: 'uint64' },
    { name: 'priceLimit', type: 'uint64' },
  ],
  Reclaim: [
    { name: 'shard', type: 'uint8' },
    { name: 'account', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
    { name: 'conversation', type: 'uint32' },
    { name: 'member', type: 'uint16' },
    { name: 'amount', type: 'uint64' },
  ],
  Withdraw: [
    { name: 'shard', type: 'uint8' },
    { name: 'account', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
    { name: 'amount', type: 'uint64' },
  ],
  BlockHeader: [{ name: 'root', type: 'bytes32' }],
} as const

/** Name and version of the EIP-712 domain; its chain id is the L2's and its contract the inbox. */
export const typedDataDomain = { name: 'Parley', version: '1' } as const

const encoder = new TextEncoder()
const keccakText = (text: string): Bytes32 => keccak_256(encoder.encode(text))

const encodeType = (name: keyof typeof typedData, inner = ''): Bytes32 =>
  keccakText(`${name}(${typedData[name].map((field) => `${field.type} ${field.name}`).join(',')})${inner}`)

const initialMemberTypeText = `InitialMember(${typedData.InitialMember.map((f) => `${f.type} ${f.name}`).join(',')})`

const typeHashes = {
  domain: keccakText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
  createConversation: encodeType('CreateConversation', initialMemberTypeText),
  initialMember: keccakText(initialMemberTypeText),
  fund: encodeType('Fund'),
  reclaim: encodeType('Reclaim'),
  withdraw: encodeType('Withdraw'),
  blockHeader: encodeType('BlockHeader'),
}

/** Hashes the words of a struct: bigints and numbers are uint256, bytes must be 32 or, as addresses, 20 long. */
function hashWords(words: readonly (bigint | number | Uint8Array)[]): Bytes32 {
  const bytes = new Uint8Array(32 * words.length)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    if (word instanceof Uint8Array) bytes.set(word, 32 * i + 32 - word.length)
    else view.setBigUint64(32 * i + 24, BigInt(word))
  })
  return keccak_256(bytes)
}

/** Separator of the deployment at `inbox` on chain `chainId`. @throws {RangeError} when the id is wider than 64 bits. */
export function domainSeparator(chainId: bigint, inbox: Bytes20): Bytes32 {
  if (BigInt.asUintN(64, chainId) !== chainId) throw new RangeError(`chain id ${chainId} does not fit 8 bytes`)
  return hashWords([
    typeHashes.domain,
    keccakText(typedDataDomain.name),
    keccakText(typedDataDomain.version),
    chainId,
    inbox,
  ])
}

function digest(separator: Bytes32, structHash: Bytes32): Bytes32 {
  const bytes = new Uint8Array(66)
  bytes.set([0x19, 0x01])
  bytes.set(separator, 2)
  bytes.set(structHash, 34)
  return keccak_256(bytes)
}

function hashArray(hashes: readonly Bytes32[]): Bytes32 {
  return hashWords(hashes)
}

/** Digest an owner signs to create a conversation; also the conversation's id. */
export function createConversationDigest(separator: Bytes32, create: CreateConversation): Bytes32 {
  const members = create.members.map((member) =>
    hashWords([typeHashes.initialMember, member.key, member.role, member.allowance, member.priceLimit]),
  )
  return digest(
    separator,
    hashWords([
      typeHashes.createConversation,
      create.shard,
      create.account,
      create.nonce,
      create.salt,
      hashArray(members),
    ]),
  )
}

/** Digest an owner signs to fund a member. */
export function fundDigest(separator: Bytes32, fund: Fund): Bytes32 {
  return digest(
    separator,
    hashWords([
      typeHashes.fund,
      fund.shard,
      fund.account,
      fund.nonce,
      fund.conversation,
      fund.member,
      fund.amount,
      fund.priceLimit,
    ]),
  )
}

/** Digest an owner signs to take an allowance back. */
export function reclaimDigest(separator: Bytes32, reclaim: Reclaim): Bytes32 {
  return digest(
    separator,
    hashWords([
      typeHashes.reclaim,
      reclaim.shard,
      reclaim.account,
      reclaim.nonce,
      reclaim.conversation,
      reclaim.member,
      reclaim.amount,
    ]),
  )
}

/** Digest an owner signs to withdraw to the L2. */
export function withdrawDigest(separator: Bytes32, withdraw: Withdraw): Bytes32 {
  return digest(
    separator,
    hashWords([typeHashes.withdraw, withdraw.shard, withdraw.account, withdraw.nonce, withdraw.amount]),
  )
}

/** Digest the sequencer signs for a header. */
export function headerDigest(separator: Bytes32, header: BlockHeader): Bytes32 {
  return digest(separator, hashWords([typeHashes.blockHeader, BlockHeaderType.hashTreeRoot(header)]))
}
