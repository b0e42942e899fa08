import type { ConversationLink } from '../conversations/conversation-index.ts'
import type { ConversationPlace } from '../conversations/place.ts'
import type { BlockEntries } from '../entries/block-entries.ts'

/** Where a fan-out reads blocks that are no longer the newest. */
export interface BlockSupply {
  /** Number of the last block that touched the conversation, be it on its way; 0 when none did. */
  lastBlock(place: ConversationPlace): bigint
  /** Messages of the conversation after that block. */
  messages(place: ConversationPlace): bigint
  /** Conversations that blocks created in a shard. */
  conversations(shard: number): number
  /** Where a block touched a conversation; undefined when the block is not kept. */
  link(number: bigint, place: ConversationPlace): Promise<ConversationLink | undefined>
  /** Undefined when the block is not kept. */
  entries(number: bigint): Promise<BlockEntries | undefined>
}
