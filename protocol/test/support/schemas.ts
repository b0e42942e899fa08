import type { Schema } from './independent-ssz.ts'

// The design's table of types, written down a second time on purpose: a changed field must be changed here too.
const u8 = { uint: 1 } as const
const u16 = { uint: 2 } as const
const u32 = { uint: 4 } as const
const u64 = { uint: 8 } as const
const b20 = { bytes: 20 } as const
const b32 = { bytes: 32 } as const
const sig = { bytes: 64 } as const
const list = (of: Schema, limit: number): Schema => ({ list: of, limit })
const container = (fields: { readonly [field: string]: Schema }): Schema => ({ container: fields })

const Member = container({ key: b32, role: u8, nonce: u64, sponsor: u32, allowance: u64, priceLimit: u64 })
const Conversation = container({
  id: b32,
  epoch: u64,
  members: list(Member, 4096),
  messageCount: u64,
  head: b32,
})
const Account = container({ owner: b20, nonce: u64, balance: u64, withdrawn: u64 })
const Shard = container({
  conversations: list(Conversation, 2 ** 24),
  accounts: list(Account, 2 ** 32),
  feeExcess: u64,
  feeTime: u64,
  revenue: u64,
})
const Prices = container({ coreByte: u64, witnessByte: u64, settlement: u64, stateByte: u64 })
const State = container({
  shards: { vector: Shard, length: 64 },
  inboxCount: u64,
  prices: Prices,
  blockNumber: u64,
  timestamp: u64,
})

const Message = container({ conversation: u32, member: u16, content: b32 })
const CreateConversation = container({
  shard: u8,
  account: u32,
  nonce: u64,
  salt: b32,
  members: list(container({ key: b32, role: u8, allowance: u64, priceLimit: u64 }), 16),
})
const ChangeMembers = container({
  shard: u8,
  conversation: u32,
  epoch: u64,
  signer: u16,
  remove: list(container({ slot: u16 }), 16),
  roles: list(container({ slot: u16, role: u8 }), 16),
  add: list(container({ slot: u16, key: b32, role: u8, allowance: u64, priceLimit: u64 }), 16),
  exchange: list(container({ key: b32 }), 1),
})
const Fund = container({
  shard: u8,
  account: u32,
  nonce: u64,
  conversation: u32,
  member: u16,
  amount: u64,
  priceLimit: u64,
})
const Reclaim = container({ shard: u8, account: u32, nonce: u64, conversation: u32, member: u16, amount: u64 })
const Withdraw = container({ shard: u8, account: u32, nonce: u64, amount: u64 })
const Operation: Schema = { union: [CreateConversation, ChangeMembers, Fund, Reclaim, Withdraw] }

const InboxItem: Schema = {
  union: [
    container({ shard: u8, account: u32, owner: b20, amount: u64 }),
    container({ sender: b20, operation: Operation, signatures: list(sig, 17) }),
    container({ shard: u8, message: Message, signature: sig }),
    Prices,
  ],
}

const Segment = container({
  preRoot: b32,
  body: { union: [list(Message, 32), Operation, u64] },
  postRoot: b32,
})
const Run = container({ shard: u8, segments: list(Segment, 1024), postRoot: b32 })
const BlockHeader = container({
  number: u64,
  parent: b32,
  timestamp: u64,
  lineage: b32,
  inboxCount: u64,
  segmentCount: u64,
  inboxHash: b32,
  prices: Prices,
  runsRoot: b32,
  stateRoot: b32,
})
const Core = list(container({ header: BlockHeader, runs: list(Run, 64) }), 1024)
const Witness = list(list(list(list(sig, 32), 1024), 64), 1024)

export const schemas = {
  Member,
  Conversation,
  Account,
  Shard,
  Prices,
  State,
  Message,
  ChangeMembers,
  Operation,
  InboxItem,
  Segment,
  Run,
  BlockHeader,
  Core,
  Witness,
} as const
