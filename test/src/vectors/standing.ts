import {
  type ChangeMembers,
  type CreateConversation,
  type Message,
  noSponsor,
  type Operation,
  OperationKind,
  type Shard,
  ShardType,
} from '@parley/protocol'
import { config, digestOf, member, owner } from './people.ts'

/** The shard in which every transition vector starts, and its time. */
export const shardIndex = 3
export const now = config.genesis.timestamp + 1_000n

export const owners = { ann: owner('ann'), ben: owner('ben'), poor: owner('poor') }
export const keys = {
  admin: member('admin'),
  talker: member('talker'),
  gone: member('gone'),
  unfunded: member('unfunded'),
  newcomer: member('newcomer'),
}

/** Accounts of ann, ben and one too poor; a conversation of an admin, a talker, a freed slot and a member without sponsor. */
export function standingShard(): Shard {
  const shard = ShardType.defaultValue()
  const free = { sponsor: noSponsor, allowance: 0n, priceLimit: 0n }
  shard.accounts = [
    { owner: owners.ann.name, nonce: 4n, balance: 9_450_000n, withdrawn: 10n },
    { owner: owners.ben.name, nonce: 0n, balance: 8_000_000n, withdrawn: 0n },
    { owner: owners.poor.name, nonce: 0n, balance: 50n, withdrawn: 0n },
  ]
  shard.conversations = [
    {
      id: digestOf('parley vectors/standing conversation'),
      epoch: 1n,
      members: [
        { key: keys.admin.name, role: 2, nonce: 4n, sponsor: 0, allowance: 500_000n, priceLimit: 100_000n },
        { key: keys.talker.name, role: 1, nonce: 9n, sponsor: 0, allowance: 50_000n, priceLimit: 10_000n },
        { key: keys.gone.name, role: 0, nonce: 2n, ...free },
        { key: keys.unfunded.name, role: 1, nonce: 1n, ...free },
      ],
      messageCount: 11n,
      head: digestOf('parley vectors/standing head'),
    },
  ]
  // Decays to 400 units at `now`, one fraction: the execution price is e times the lowest.
  return Object.assign(shard, { feeExcess: 700n, feeTime: now - 300n, revenue: 12_345n })
}

export const message = (text: string, value: Partial<Message> = {}): Message => ({
  conversation: 0,
  member: 1,
  content: digestOf(text),
  ...value,
})

export const creation: CreateConversation = {
  shard: shardIndex,
  account: 0,
  nonce: 4n,
  salt: digestOf('parley vectors/salt'),
  members: [
    { key: keys.admin.name, role: 2, allowance: 500_000n, priceLimit: 100_000n },
    { key: keys.newcomer.name, role: 1, allowance: 50_000n, priceLimit: 10_000n },
  ],
}
export const create = (value: Partial<CreateConversation> = {}): Operation => ({
  selector: OperationKind.createConversation,
  value: { ...creation, ...value },
})

const noChange: ChangeMembers = {
  shard: shardIndex,
  conversation: 0,
  epoch: 1n,
  signer: 0,
  remove: [],
  roles: [],
  add: [],
  exchange: [],
}
export const change = (value: Partial<ChangeMembers>): Operation => ({
  selector: OperationKind.changeMembers,
  value: { ...noChange, ...value },
})

const place = { shard: shardIndex, account: 0, nonce: 4n, conversation: 0, member: 1 }
export const fund = (value: object = {}): Operation => ({
  selector: OperationKind.fund,
  value: { ...place, amount: 70_000n, priceLimit: 900n, ...value },
})
export const reclaim = (value: object = {}): Operation => ({
  selector: OperationKind.reclaim,
  value: { ...place, amount: 50_000n, ...value },
})
export const withdraw = (value: object = {}): Operation => ({
  selector: OperationKind.withdraw,
  value: { shard: shardIndex, account: 1, nonce: 0n, amount: 7_000_000n, ...value },
})
