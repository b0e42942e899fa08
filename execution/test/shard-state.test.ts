import { type Account, type Conversation, type Member, type Shard, ShardType } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BlockArena } from '../src/lane/block-arena.ts'
import { RecordPages } from '../src/lane/record-pages.ts'
import { createLaneMemory, type LaneMemory, ShardState } from '../src/lane/shard-state.ts'
import { digestOf } from './support/identities.ts'

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const member: fc.Arbitrary<Member> = fc.record({
  key,
  role: fc.integer({ min: 0, max: 2 }),
  nonce: u64,
  sponsor: fc.integer({ min: 0, max: 0xffff_ffff }),
  allowance: u64,
  priceLimit: u64,
})

interface Step {
  readonly kind: 'conversation' | 'account' | 'member' | 'append' | 'fees' | 'fields'
  readonly at: number
  readonly size: number
  readonly member: Member
  readonly value: bigint
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind']>('conversation', 'account', 'member', 'append', 'append', 'fees', 'fields'),
  at: fc.nat(1_000),
  size: fc.integer({ min: 1, max: 20 }),
  member,
  value: u64,
})

/** The packed state and the SSZ value, changed side by side. */
class Twins {
  readonly state: ShardState
  readonly value = ShardType.defaultValue() as Shard

  constructor(memory: LaneMemory) {
    this.state = new ShardState(9, memory)
  }

  apply(each: Step): void {
    const { conversations } = this.value
    if (each.kind === 'conversation') this.addConversation(each)
    else if (each.kind === 'account') this.changeAccounts(each)
    else if (each.kind === 'fees') this.changeFees(each.value)
    else if (conversations.length === 0) this.addConversation(each)
    else this.changeConversation(each.at % conversations.length, each)
  }

  private addConversation({ size, member: first, value }: Step): void {
    const members = Array.from({ length: size }, (_, i) => ({ ...first, nonce: (value + BigInt(i)) & 0xffffn }))
    const conversation: Conversation = {
      id: digestOf(`${value}`),
      epoch: value,
      members,
      messageCount: 1n,
      head: first.key,
    }
    this.value.conversations.push(conversation)
    const index = this.state.conversations.append(conversation, size)
    for (const [slot, each] of members.entries()) this.write(index, slot, each)
  }

  private changeAccounts({ at, value }: Step): void {
    const { accounts } = this.value
    const account: Account = {
      owner: digestOf(`${at}`).subarray(0, 20),
      nonce: value,
      balance: value >> 1n,
      withdrawn: 3n,
    }
    const index = at % (accounts.length + 1)
    if (index === accounts.length) this.state.accounts.append(account)
    else this.state.accounts.write(index, account)
    accounts[index] = account
    this.state.dirtyAccounts.add(index)
  }

  private changeFees(value: bigint): void {
    const fields = { feeExcess: value, feeTime: value >> 3n, revenue: value >> 5n }
    Object.assign(this.state, fields)
    Object.assign(this.value, fields)
  }

  private changeConversation(index: number, each: Step): void {
    const conversation = this.value.conversations[index] as Conversation
    const { members } = conversation
    const slot = each.kind === 'append' ? members.length : each.at % members.length
    members[slot] = each.member
    this.write(index, slot, each.member)
    if (each.kind !== 'fields') return
    Object.assign(conversation, {
      epoch: each.value,
      messageCount: each.value >> 2n,
      head: digestOf(`head ${each.value}`),
    })
    this.state.conversations.writeFields(index, conversation)
  }

  private write(index: number, slot: number, each: Member): void {
    const { conversations, dirtyMembers } = this.state
    const moved = conversations.writeMember(index, slot, each)
    const count = conversations.memberCount(index)
    for (let other = moved ? 0 : slot; other <= (moved ? count - 1 : slot); other += 1) dirtyMembers.add(index, other)
  }
}

describe('shard state', () => {
  test('random changes › the root is that of the SSZ type after every few', () => {
    // One memory for all: what earlier runs left in the arenas must not matter.
    const memory = createLaneMemory()
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { maxLength: 8 }), (rounds) => {
        const twins = new Twins(memory)
        for (const round of rounds) {
          for (const each of round) twins.apply(each)
          expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
        }
        twins.value.conversations.forEach((conversation, index) => {
          expect(twins.state.conversations.read(index)).toEqual(conversation)
        })
        twins.state.conversations.clear()
      }),
      { seed: 11, numRuns: 150 },
    )
  })

  test('a list grown member by member to 300 › has the root of the SSZ type all the way', () => {
    const twins = new Twins(createLaneMemory())
    const [first] = fc.sample(member, { seed: 2, numRuns: 1 }) as [Member]
    const base = { at: 0, size: 1, member: first, value: 5n }
    twins.apply({ ...base, kind: 'conversation' })
    for (let length = 2; length <= 300; length += 1) {
      twins.apply({ ...base, kind: 'append', member: { ...first, nonce: BigInt(length) } })
      if (length % 7 === 0 || length < 20) expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
    }
    expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
  })

  test('4,096 members › the longest list', () => {
    const twins = new Twins(createLaneMemory())
    const [first] = fc.sample(member, { seed: 3, numRuns: 1 }) as [Member]
    twins.apply({ kind: 'conversation', at: 0, size: 4_096, member: first, value: 1n })
    expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
    twins.apply({ kind: 'member', at: 999, size: 1, member: { ...first, nonce: 77n }, value: 1n })
    expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
  })

  test('thousands of conversations changed at once › are hashed in batches to the same root', () => {
    const twins = new Twins(createLaneMemory())
    const [first] = fc.sample(member, { seed: 4, numRuns: 1 }) as [Member]
    for (let i = 0; i < 1_500; i += 1)
      twins.apply({ kind: 'conversation', at: 0, size: 1 + (i % 4), member: first, value: BigInt(i) })
    expect(twins.state.root()).toEqual(ShardType.hashTreeRoot(twins.value))
  })
})

describe('block arena', () => {
  test('random takings › no two overlap, none spans two pages, what is given back is used again', () => {
    const action = fc.record({ size: fc.integer({ min: 1, max: 16 }), giveBack: fc.boolean(), which: fc.nat(100) })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const arena = new BlockArena(new RecordPages(1, 4))
        const held: { first: number; size: number }[] = []
        for (const { size, giveBack, which } of actions) {
          if (giveBack && held.length > 0) {
            const [gone] = held.splice(which % held.length, 1) as [{ first: number; size: number }]
            arena.release(gone.first, gone.size)
            continue
          }
          const first = arena.allocate(size)
          expect(Math.floor(first / 16)).toBe(Math.floor((first + size - 1) / 16))
          for (const other of held) expect(first >= other.first + other.size || other.first >= first + size).toBe(true)
          held.push({ first, size })
        }
        expect(arena.records.capacity).toBeLessThanOrEqual(16 * actions.length)
      }),
      { seed: 13, numRuns: 100 },
    )
  })
})
