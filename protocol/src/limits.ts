/**
 * Bounds of protocol version 1. All are part of consensus: changing one changes roots or validity.
 * @see docs/spec/limits.md
 */
export const limits = {
  /** Shards of the state; a conversation lives in one for ever. */
  shards: 64,
  /** Conversations a shard holds. */
  conversationsPerShard: 2 ** 24,
  /** Accounts a shard holds. */
  accountsPerShard: 2 ** 32,
  /** Member slots of a conversation, freed ones included. */
  membersPerConversation: 4096,
  /** Members a conversation can be created with, and entries of one membership change, an exchange among them. */
  entriesPerOperation: 16,
  /** Signatures of one operation: its signer and one consent an entry. */
  signaturesPerOperation: 17,
  /** Messages of one segment: what one fraud proof re-executes. */
  messagesPerSegment: 32,
  /** Segments of one run and of one block. */
  segmentsPerBlock: 1024,
  /** Blocks of one batch. */
  blocksPerBatch: 1024,
  /** Segments of all blocks of one batch together: what asking for a withheld batch can cost. */
  segmentsPerBatch: 8192,
  /** Inbox items a block consumes at most. */
  inboxItemsPerBlock: 64,
  /** Milliseconds by which timestamps of neighbouring blocks differ at least. */
  minBlockIntervalMs: 250n,
  /** mwei that deposits into a shard, less what its accounts were paid, may add up to; keeps every sum of it inside a uint64. */
  totalDeposits: 2n ** 63n,
} as const

/** Account index that names no account: a member nobody sponsors. */
export const noSponsor = 0xffff_ffff

/** Role of a member within a conversation. */
export const Role = { none: 0, member: 1, admin: 2 } as const
export type Role = (typeof Role)[keyof typeof Role]
