import {
  type ChainConfig,
  type ChangeMembers,
  type Conversation,
  type CreateConversation,
  type Deployment,
  domainSeparator,
  type FeeParameters,
  type Message,
  messageDigest,
  type Operation,
  OperationKind,
  operationDigests,
  type Prices,
  Role,
  type Shard,
  ShardType,
  type Signature,
  type SignatureVerifier,
} from '../../src/index.ts'
import { type BlockContext, blockContext } from '../../src/reference.ts'
import { digestOf, type Signer, stampKey, stampOwner, stampVerifier } from './keys.ts'

export const fees: FeeParameters = { minPrice: 10n, target: 1000n, fraction: 400n }
export const prices: Prices = { coreByte: 2n, witnessByte: 2n, settlement: 7n, stateByte: 3n }

export const config: ChainConfig = {
  chainId: 901n,
  inbox: digestOf('inbox').subarray(0, 20),
  fees,
  forceDelayMs: 10_000n,
  genesis: { timestamp: 1_000_000n, prices, lineage: new Uint8Array(32) },
}

export const deployment: Deployment = {
  chainId: config.chainId,
  separator: domainSeparator(config.chainId, config.inbox),
}

export const atMs = (timestamp: bigint, verifier: SignatureVerifier = stampVerifier): BlockContext =>
  blockContext(config, verifier, timestamp, prices)

/** Who signs an operation: `signatures[0]` and the consents. */
export type Signers = readonly Signer[]

export function sign(operation: Operation, signers: Signers, conversation?: Conversation): Signature[] {
  const digests = operationDigests(operation, deployment, conversation)
  return signers.map((signer, i) => signer.sign(digests[i] ?? digestOf('no such digest')))
}

export function signMessage(conversation: Conversation, message: Message, signer: Signer, nonce?: bigint): Signature {
  const { member, content } = message
  const used = nonce ?? conversation.members[member]?.nonce ?? 0n
  return signer.sign(messageDigest(config.chainId, conversation.id, member, used, content))
}

export const shardIndex = 3
export const owners = { ann: stampOwner('ann'), ben: stampOwner('ben'), poor: stampOwner('poor') }
export const keys = {
  admin: stampKey('admin'),
  talker: stampKey('talker'),
  gone: stampKey('gone'),
  unfunded: stampKey('unfunded'),
  newcomer: stampKey('newcomer'),
  stranger: stampKey('stranger'),
}

export const founded: CreateConversation = {
  shard: shardIndex,
  account: 0,
  nonce: 0n,
  salt: digestOf('salt'),
  members: [
    { key: keys.admin.name, role: Role.admin, allowance: 500_000n, priceLimit: 100_000n },
    { key: keys.talker.name, role: Role.member, allowance: 50_000n, priceLimit: 10_000n },
    { key: keys.gone.name, role: Role.member, allowance: 4_000n, priceLimit: 10_000n },
  ],
}

export const noChange: ChangeMembers = {
  shard: shardIndex,
  conversation: 0,
  epoch: 1n,
  signer: 0,
  remove: [],
  roles: [],
  add: [],
  exchange: [],
}

/**
 * A shard in which everything can happen next: accounts of ann, ben and one too poor for anything, and one conversation of
 * an admin and a talker (slots 0 and 1, sponsored by ann), a freed slot 2 and a member nobody sponsors in slot 3.
 */
export function standingShard(): Shard {
  const shard = ShardType.defaultValue()
  shard.accounts = [
    { owner: owners.ann.name, nonce: 0n, balance: 10_000_000n, withdrawn: 0n },
    { owner: owners.ben.name, nonce: 0n, balance: 8_000_000n, withdrawn: 0n },
    { owner: owners.poor.name, nonce: 0n, balance: 50n, withdrawn: 0n },
  ]
  shard.feeTime = 999_000n
  shard.conversations = [
    {
      id: digestOf('conversation'),
      epoch: 1n,
      members: [
        { key: keys.admin.name, role: 2, nonce: 4n, sponsor: 0, allowance: 500_000n, priceLimit: 100_000n },
        { key: keys.talker.name, role: 1, nonce: 9n, sponsor: 0, allowance: 50_000n, priceLimit: 10_000n },
        { key: keys.gone.name, role: 0, nonce: 2n, sponsor: 0xffff_ffff, allowance: 0n, priceLimit: 0n },
        { key: keys.unfunded.name, role: 1, nonce: 1n, sponsor: 0xffff_ffff, allowance: 0n, priceLimit: 0n },
      ],
      messageCount: 11n,
      head: digestOf('head'),
    },
  ]
  const [ann] = shard.accounts
  if (ann !== undefined) ann.balance -= 550_000n
  return shard
}

/** Everything of value in a shard, in mwei; what left for the L2 is part of it. */
export function moneyOf(shard: Shard): bigint {
  let sum = shard.revenue
  for (const { balance, withdrawn } of shard.accounts) sum += balance + withdrawn
  for (const { members } of shard.conversations) for (const { allowance } of members) sum += allowance
  return sum
}

export const create = (value: Partial<CreateConversation> = {}): Operation => ({
  selector: OperationKind.createConversation,
  value: { ...founded, ...value },
})

export const change = (value: Partial<ChangeMembers>): Operation => ({
  selector: OperationKind.changeMembers,
  value: { ...noChange, ...value },
})
