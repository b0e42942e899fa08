import type { Conversation, Member, Shard } from '@parley/protocol'
import { slots } from '../cast/cast.ts'
import { complete } from '../forger/draft.ts'
import { conversationOf, findMessages, type Scene } from '../forger/scene.ts'
import { type BlockLie, gasOf } from './class.ts'

const ofMessages = (name: string, fault: string, tell: (scene: Scene) => void): BlockLie => ({
  name,
  ending: 'messages',
  fault,
  gas: gasOf.messages,
  needs: [],
  forge(scene) {
    tell(scene)
    return complete(scene.ground, scene.blocks)
  },
})

/** The shard ends otherwise than its messages make it. */
const tampers = (name: string, tamper: (shard: Shard, conversation: Conversation) => void): BlockLie =>
  ofMessages(name, 'POST_ROOT', (scene) => {
    findMessages(scene).segment.after = (shard) => tamper(shard, conversationOf(shard, scene.cast))
  })

/** The last message of a segment is told as somebody's who may not speak. */
const speaks = (
  name: string,
  fault: string,
  as: { readonly member?: number; readonly conversation?: number },
  lifted: (member: Member) => Partial<Member> = () => ({}),
): BlockLie =>
  ofMessages(name, `SEGMENT_INVALID ${fault}`, (scene) => {
    const { segment } = findMessages(scene)
    const { body } = segment
    if (body.selector !== 0) return
    body.value.push({ ...(body.value.pop() as (typeof body.value)[number]), ...as })
    const memberOf = (shard: Shard): Member | undefined => conversationOf(shard, scene.cast).members[as.member ?? -1]
    let held: Partial<Member> = {}
    segment.before = (shard) => {
      const member = memberOf(shard)
      if (member === undefined) return
      const { role, allowance, priceLimit } = member
      held = { role, priceLimit, allowance: allowance < 1_000n ? 0n : allowance }
      Object.assign(member, lifted(member))
    }
    segment.after = (shard) => {
      const member = memberOf(shard)
      // What was lifted so that the message could be executed falls back.
      if (member !== undefined) Object.assign(member, held)
    }
  })

const much = 10n ** 15n

export const messageLies: readonly BlockLie[] = [
  tampers('root-of-messages', (_, conversation) => {
    conversation.messageCount += 1n
  }),
  speaks('allowance-overspent', 'ALLOWANCE_TOO_LOW', { member: slots.poor }, () => ({ allowance: much })),
  tampers('price-too-low', (shard, { members }) => {
    ;(members[slots.talker] as Member).allowance += 1n
    shard.revenue -= 1n
  }),
  speaks('price-over-limit', 'PRICE_OVER_LIMIT', { member: slots.thrifty }, () => ({ priceLimit: much })),
  tampers('revenue-minted', (shard) => {
    shard.revenue += much
  }),
  tampers('fee-excess-reset', (shard) => {
    shard.feeExcess = 0n
  }),
  speaks('removed-member-speaks', 'ROLE_MISSING', { member: slots.gone }, () => ({
    role: 1,
    allowance: much,
    priceLimit: much,
  })),
  speaks('stranger-speaks', 'MEMBER_UNKNOWN', { member: 4_000 }),
  speaks('unknown-conversation', 'CONVERSATION_UNKNOWN', { conversation: 100_000 }),
]
