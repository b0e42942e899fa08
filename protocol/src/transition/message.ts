import { messageDigest } from '../signing/digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Signature } from '../ssz/primitives.ts'
import type { Message } from '../types/operation.ts'
import type { Shard } from '../types/state.ts'
import type { BlockContext, SegmentPrices } from './context.ts'
import { conversationAt, demand, next, speakingMemberAt } from './lookup.ts'

/** Applies one message. @throws {TransitionError} and leaves the shard as it was. */
export function applyMessage(
  shard: Shard,
  shardIndex: number,
  message: Message,
  signature: Signature,
  prices: SegmentPrices,
  context: BlockContext,
): void {
  const conversation = conversationAt(shard, shardIndex, message.conversation)
  const member = speakingMemberAt(conversation, message.conversation, message.member)
  const price = prices.message
  const nonce = next('nonce', member.nonce)
  const messageCount = next('messageCount', conversation.messageCount)
  demand(price <= member.priceLimit, () => ({ code: 'PRICE_OVER_LIMIT', price, limit: member.priceLimit }))
  demand(price <= member.allowance, () => ({ code: 'ALLOWANCE_TOO_LOW', price, allowance: member.allowance }))
  const digest = messageDigest(context.config.chainId, conversation.id, message.member, member.nonce, message.content)
  demand(context.verifier.verifyMember(member.key, digest, signature), () => ({ code: 'SIGNATURE_INVALID', index: 0 }))
  member.nonce = nonce
  member.allowance -= price
  conversation.messageCount = messageCount
  conversation.head = hash64(conversation.head, digest)
  shard.revenue += price
}
