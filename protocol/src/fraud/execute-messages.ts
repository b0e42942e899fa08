import type { FeeParameters } from '../config.ts'
import { decayedExcess, executionPrice, grownExcess } from '../fees/market.ts'
import { messageCharge, price } from '../fees/table.ts'
import { Role } from '../limits.ts'
import { messageDigest } from '../signing/digests.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import type { TransitionFault } from '../transition/faults.ts'
import type { Message } from '../types/operation.ts'
import type { Member, Prices } from '../types/state.ts'
import type { ConversationOpening } from './openings.ts'
import type { ShardWalk } from './shard-walk.ts'

/** What a segment takes from the block around it. */
export interface Surroundings {
  readonly chainId: bigint
  /** EIP-712 separator of the deployment. */
  readonly separator: Bytes32
  readonly fees: FeeParameters
  /** The header's, in milliseconds. */
  readonly timestamp: bigint
  /** The header's: those of the state before the block. */
  readonly prices: Prices
  /** Shard of the run. */
  readonly shard: number
}

/** What executing a segment without its signatures came to: the shard's root, or why its body is invalid. */
export type Executed =
  | { readonly valid: true; readonly postRoot: Bytes32 }
  | { readonly valid: false; readonly code: TransitionFault['code'] }

const highestCounter = 2n ** 64n - 1n

/** Executes messages on a shard as `MessageProof` does, signatures aside, and writes down what it reads. */
export function executeMessages(walk: ShardWalk, messages: readonly Message[], around: Surroundings): Executed {
  const { feeExcess, feeTime } = walk.shard
  const excess = decayedExcess(feeExcess, feeTime, around.timestamp, around.fees)
  const due = price(messageCharge, executionPrice(excess, around.fees), around.prices)
  for (const message of messages) {
    const spoken = speak(walk, message, due, around.chainId)
    if (typeof spoken === 'string') return { valid: false, code: spoken }
  }
  const grown = grownExcess(excess, messageCharge.weight * BigInt(messages.length), around.fees)
  walk.shard = { ...walk.shard, feeExcess: grown, feeTime: around.timestamp }
  return { valid: true, postRoot: walk.root() }
}

/** What a valid message is signed over, and by which key. */
interface Spoken {
  readonly key: Bytes32
  readonly digest: Bytes32
}

/** Applies a message, its signature aside. @returns why it is invalid, or what its signature is about. */
export function speak(
  walk: ShardWalk,
  { conversation: index, member: slot, content }: Message,
  due: bigint,
  chainId: bigint,
): TransitionFault['code'] | Spoken {
  if (index >= walk.shard.conversationCount) return 'CONVERSATION_UNKNOWN'
  const conversation = walk.readConversation(index)
  if (slot >= conversation.count) {
    walk.putConversation(index, conversation)
    return 'MEMBER_UNKNOWN'
  }
  const member = walk.readMember(index, slot)
  const code = refusalOf(conversation, member, due)
  if (code !== undefined) {
    walk.putMember(index, slot, member)
    walk.putConversation(index, conversation)
    return code
  }
  const digest = messageDigest(chainId, conversation.id, slot, member.nonce, content)
  walk.putMember(index, slot, { ...member, nonce: member.nonce + 1n, allowance: member.allowance - due })
  const { messageCount, head } = conversation
  walk.putConversation(index, { ...conversation, messageCount: messageCount + 1n, head: hash64(head, digest) })
  walk.shard = { ...walk.shard, revenue: walk.shard.revenue + due }
  return { key: member.key, digest }
}

function refusalOf(
  conversation: ConversationOpening,
  member: Member,
  due: bigint,
): TransitionFault['code'] | undefined {
  if (member.role < Role.member) return 'ROLE_MISSING'
  if (member.nonce === highestCounter || conversation.messageCount === highestCounter) return 'COUNTER_EXHAUSTED'
  if (due > member.priceLimit) return 'PRICE_OVER_LIMIT'
  return due > member.allowance ? 'ALLOWANCE_TOO_LOW' : undefined
}
