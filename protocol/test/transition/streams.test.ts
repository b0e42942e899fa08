import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  findHistoryGap,
  type HistoryEntry,
  InboxItemKind,
  OperationKind,
  type Shard,
  ShardType,
  TransitionError,
  type TransitionFault,
} from '../../src/index.ts'
import { applyInboxItem, applyMessages, applyOperation, type Offer } from '../../src/reference.ts'
import { digestOf } from '../support/keys.ts'
import { seed } from '../support/seed.ts'
import { People, type Step, Stream, step } from '../support/streams.ts'
import { atMs, config, moneyOf, shardIndex } from '../support/world.ts'

const start = 1_000_000n

function openShard(people: People): Shard {
  const shard = ShardType.defaultValue()
  for (const [account, name] of ['ann', 'ben', 'cyd'].entries()) {
    const { name: owner } = people.owner(name)
    const value = { shard: shardIndex, account, owner, amount: 40_000_000n }
    expect(applyInboxItem(shard, shardIndex, { selector: InboxItemKind.deposit, value }, atMs(start))).toBeUndefined()
  }
  return shard
}

/** Applies an offer as a segment of its own; gives back why it was refused. */
function take(shard: Shard, offer: Offer, time: bigint): TransitionFault | undefined {
  const fees = { feeExcess: shard.feeExcess, feeTime: shard.feeTime }
  try {
    if (offer.kind === 'message') applyMessages(shard, shardIndex, [offer.message], [offer.signature], atMs(time))
    else applyOperation(shard, shardIndex, offer.operation, offer.signatures, atMs(time))
    return undefined
  } catch (error) {
    if (!(error instanceof TransitionError)) throw error
    // What an application of messages leaves behind after a refusal is of no use but for its members.
    if (offer.kind === 'message') Object.assign(shard, fees)
    return error.fault
  }
}

/** Everything that may only rise, in one order: slots and accounts are never taken away. */
const rising = (shard: Shard): bigint[] => [
  shard.revenue,
  shard.feeTime,
  ...shard.accounts.flatMap(({ nonce, withdrawn }) => [nonce, withdrawn]),
]
const risingOfConversations = (shard: Shard): bigint[][] =>
  shard.conversations.map(({ epoch, messageCount, members }) => [
    epoch,
    messageCount,
    ...members.map(({ nonce }) => nonce),
  ])

const neverFalls = (before: readonly bigint[], after: readonly bigint[]): boolean =>
  before.every((value, i) => value <= (after[i] ?? -1n))

const streams = fc.array(step, { minLength: 20, maxLength: 60 })
const accepted = new Map<string, number>()
const refused = new Map<string, number>()
const count = (map: Map<string, number>, name: string): void => void map.set(name, (map.get(name) ?? 0) + 1)

test(`streams › money is conserved, refusals change nothing, nothing is accepted twice (seed ${seed})`, () => {
  fc.assert(
    fc.property(streams, (steps: Step[]) => {
      const people = new People()
      const shard = openShard(people)
      const stream = new Stream(people, shardIndex)
      let time = start
      for (const each of steps) {
        time += BigInt(each.picks[3] % 600)
        const before = ShardType.clone(shard)
        const offer = stream.offer(each, shard)
        const fault = take(shard, offer, time)
        if (fault !== undefined) {
          count(refused, fault.code)
          expect(ShardType.hashTreeRoot(shard)).toEqual(ShardType.hashTreeRoot(before))
          continue
        }
        count(accepted, each.kind)
        expect(moneyOf(shard)).toBe(moneyOf(before))
        expect(neverFalls(rising(before), rising(shard))).toBe(true)
        const conversations = risingOfConversations(shard)
        risingOfConversations(before).forEach((counters, i) => {
          expect(neverFalls(counters, conversations[i] ?? [])).toBe(true)
        })
        expect(take(shard, offer, time)?.code).toMatch(
          /NONCE_MISMATCH|EPOCH_MISMATCH|SIGNATURE_INVALID|TOO_LOW|ROLE_|CONVERSATION_|OVER_LIMIT/,
        )
      }
    }),
    { numRuns: 80 },
  )
})

test('streams › every kind of operation was accepted often, and many ways to be refused were met', () => {
  const kinds = ['message', 'create', 'change', 'fund', 'reclaim', 'withdraw']
  expect(kinds.filter((name) => (accepted.get(name) ?? 0) < 20)).toEqual([])
  expect(refused.size).toBeGreaterThanOrEqual(10)
})

test(`streams › a forced item that is skipped changes nothing; money comes from deposits alone (seed ${seed})`, () => {
  fc.assert(
    fc.property(streams, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (steps, owns) => {
      const people = new People()
      const shard = openShard(people)
      const stream = new Stream(people, shardIndex)
      let money = moneyOf(shard)
      steps.forEach((each, i) => {
        const before = ShardType.clone(shard)
        if (each.picks[3] % 7 === 0) {
          const account = each.picks[0] % (shard.accounts.length + 1)
          const owner = shard.accounts[account]?.owner ?? people.owner(`owner ${account}`).name
          const amount = BigInt(each.picks[1])
          const value = { shard: shardIndex, account, owner, amount }
          expect(applyInboxItem(shard, shardIndex, { selector: 0, value }, atMs(start))).toBeUndefined()
          money += amount
        } else if (
          applyInboxItem(shard, shardIndex, stream.item(each, shard, owns[i] ?? false), atMs(start)) !== undefined
        )
          expect(ShardType.hashTreeRoot(shard)).toEqual(ShardType.hashTreeRoot(before))
        expect(shard).toMatchObject({ feeExcess: before.feeExcess, feeTime: before.feeTime })
        expect(moneyOf(shard)).toBe(money)
      })
    }),
    { numRuns: 30 },
  )
})

test(`streams › histories are complete, and any change to one is found (seed ${seed})`, () => {
  let changesSeen = 0
  fc.assert(
    fc.property(streams, fc.nat(1000), (steps, where) => {
      const people = new People()
      const shard = openShard(people)
      const stream = new Stream(people, shardIndex)
      const histories: HistoryEntry[][] = []
      const founders: number[] = []
      for (const [i, each] of steps.entries()) {
        const offer = stream.offer(each, shard)
        if (take(shard, offer, start + BigInt(i) * 400n) !== undefined) continue
        if (offer.kind === 'message')
          histories[offer.message.conversation]?.push({
            kind: 'message',
            member: offer.message.member,
            content: offer.message.content,
          })
        else if (offer.operation.selector === OperationKind.changeMembers)
          histories[offer.operation.value.conversation]?.push({ kind: 'change', change: offer.operation.value })
        else if (offer.operation.selector === OperationKind.createConversation) {
          histories.push([])
          founders.push(offer.operation.value.members.length)
        }
      }
      shard.conversations.forEach((conversation, i) => {
        const history = histories[i] ?? []
        const gapIn = (entries: readonly HistoryEntry[]) =>
          findHistoryGap(config.chainId, conversation, founders[i] ?? 0, entries)
        changesSeen += history.filter(({ kind }) => kind === 'change').length
        expect(gapIn(history)).toBeUndefined()
        const forged: HistoryEntry = { kind: 'message', member: 0, content: digestOf('forged') }
        expect(gapIn([...history, forged])).toBeDefined()
        if (history.length === 0) return
        const at = where % history.length
        expect(gapIn(history.toSpliced(at, 1))).toBeDefined()
        expect(gapIn(history.with(at, forged))).toBeDefined()
      })
    }),
    { numRuns: 60 },
  )
  expect(changesSeen).toBeGreaterThan(50)
})
