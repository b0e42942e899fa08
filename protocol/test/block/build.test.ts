import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BlockHeaderType,
  BodyKind,
  executionPrice,
  type InboxItem,
  InboxItemKind,
  ShardType,
  StateType,
} from '../../src/index.ts'
import type { Offer } from '../../src/reference.ts'
import { TestChain } from '../support/chain.ts'
import { digestOf } from '../support/keys.ts'
import { seed } from '../support/seed.ts'
import { People, Stream, step } from '../support/streams.ts'
import { config, fees, founded, keys, owners, sign, signMessage } from '../support/world.ts'

const start = config.genesis.timestamp
const shards = [0, 5, 63] as const

const depositTo = (shard: number, account: number, owner: Uint8Array, amount = 40_000_000n): InboxItem => ({
  selector: InboxItemKind.deposit,
  value: { shard, account, owner, amount },
})

/** A chain whose first block holds a deposit and a conversation in each of three shards. */
function openChain(people: People): TestChain {
  const chain = new TestChain()
  const offers = shards.map((shard): Offer => {
    const owner = people.owner(`owner of ${shard}`)
    const [admin, talker] = [people.newKey(), people.newKey()]
    chain.enqueue(start, depositTo(shard, 0, owner.name))
    const members = [admin, talker].map(({ name }, i) => ({ ...founded.members[i]!, key: name }))
    const operation = { selector: 0 as const, value: { ...founded, shard, members } }
    return { kind: 'operation', operation, signatures: sign(operation, [owner, admin, talker]) }
  })
  expect(chain.build(start + 250n, offers).refusals).toEqual([undefined, undefined, undefined])
  return chain
}

const plans = fc.array(
  fc.record({
    steps: fc.array(fc.tuple(fc.constantFrom(...shards), step), { maxLength: 12 }),
    items: fc.array(fc.tuple(fc.constantFrom(...shards), step), { maxLength: 3 }),
    prices: fc.boolean(),
    pause: fc.bigInt(250n, 5_000n),
    consume: fc.nat(4),
  }),
  { minLength: 1, maxLength: 6 },
)

test(`builder › whatever it builds, the arbiter accepts and reaches the same roots (seed ${seed})`, () => {
  let built = 0
  let acceptedOffers = 0
  fc.assert(
    fc.property(plans, (plan) => {
      const people = new People()
      const chain = openChain(people)
      const judge = new TestChain()
      judge.queue.push(...chain.queue)
      const streams = new Map(shards.map((shard) => [shard, new Stream(people, shard)] as const))
      for (const { block, witness } of chain.blocks) judge.execute(block, witness)
      for (const { steps, items, prices, pause, consume } of plan) {
        const now = chain.parent.timestamp + pause
        const shardOf = (index: number) => chain.state.shards[index]!
        for (const [shard, each] of items) chain.enqueue(now, streams.get(shard)!.item(each, shardOf(shard), false))
        if (prices)
          chain.enqueue(now, {
            selector: 3,
            value: { coreByte: now % 5n, witnessByte: now % 5n, settlement: 3n, stateByte: 1n },
          })
        judge.queue.splice(0, judge.queue.length, ...chain.queue)
        const offers = steps.map(([shard, each]) => streams.get(shard)!.offer(each, shardOf(shard)))
        const waiting = chain.queue.length - Number(chain.parent.inboxCount)
        const due = chain.reference.window.waiting.filter(({ time }) => time + config.forceDelayMs <= now).length
        const taken = Math.min(waiting, Math.max(due, consume))
        const { block, witness, refusals } = chain.build(now, offers, taken)
        if (block.runs.length === 0 && taken === 0) return
        judge.execute(block, witness)
        built += 1
        acceptedOffers += refusals.filter((refusal) => refusal === undefined).length
        expect(StateType.hashTreeRoot(judge.state)).toEqual(StateType.hashTreeRoot(chain.state))
        expect(block.header.stateRoot).toEqual(StateType.hashTreeRoot(judge.state))
      }
    }),
    { numRuns: 40 },
  )
  expect(built).toBeGreaterThan(40)
  expect(acceptedOffers).toBeGreaterThan(250)
})

/** A chain in which shard 3 has ann's conversation. */
function talkingChain(): TestChain {
  const chain = new TestChain()
  chain.enqueue(start, depositTo(3, 0, owners.ann.name), depositTo(4, 0, owners.ben.name))
  const operation = { selector: 0 as const, value: founded }
  const signatures = sign(operation, [owners.ann, keys.admin, keys.talker, keys.gone])
  const built = chain.build(start + 250n, [{ kind: 'operation', operation, signatures }])
  expect(built.refusals).toEqual([undefined])
  return chain
}

const talk = (chain: TestChain, count: number, from = 0): Offer[] =>
  Array.from({ length: count }, (_, i) => {
    const conversation = chain.state.shards[3]!.conversations[0]!
    const message = { conversation: 0, member: 1, content: digestOf(`message ${from + i}`) }
    const nonce = conversation.members[1]!.nonce + BigInt(from + i)
    return { kind: 'message', shard: 3, message, signature: signMessage(conversation, message, keys.talker, nonce) }
  })

const shape = (chain: TestChain): (number | string)[] =>
  chain.blocks
    .at(-1)!
    .block.runs.flatMap(({ segments }) =>
      segments.map(({ body }) =>
        body.selector === BodyKind.messages ? body.value.length : body.selector === 1 ? 'op' : 'item',
      ),
    )

test('builder › messages fill segments of 32, and a refused operation between them closes none', () => {
  const chain = talkingChain()
  const reclaim = { shard: 3, account: 0, nonce: 9n, conversation: 0, member: 1, amount: 1n }
  const refused: Offer = {
    kind: 'operation',
    operation: { selector: 3, value: reclaim },
    signatures: [new Uint8Array(64)],
  }
  const { refusals } = chain.build(start + 500n, [...talk(chain, 20), refused, ...talk(chain, 20, 20)])
  expect(refusals.filter(Boolean)).toEqual([{ code: 'NONCE_MISMATCH', expected: 1n, received: 9n }])
  expect(shape(chain)).toEqual([32, 8])
})

test('builder › an operation stands where it arrived, messages before and after it apart', () => {
  const chain = talkingChain()
  const operation = {
    selector: 3 as const,
    value: { shard: 3, account: 0, nonce: 1n, conversation: 0, member: 1, amount: 1n },
  }
  const offer: Offer = { kind: 'operation', operation, signatures: sign(operation, [owners.ann]) }
  chain.build(start + 500n, [...talk(chain, 3), offer, ...talk(chain, 2, 3)])
  expect(shape(chain)).toEqual([3, 'op', 2])
})

test('builder › inbox items come first, those of shard 3 and 4 in their own runs', () => {
  const chain = talkingChain()
  chain.enqueue(
    start,
    depositTo(4, 0, owners.ben.name),
    depositTo(3, 0, owners.ann.name),
    depositTo(3, 0, owners.ann.name),
  )
  const { block } = chain.build(start + 500n, talk(chain, 1))
  expect(block.runs.map(({ shard }) => shard)).toEqual([3, 4])
  expect(block.runs[0]!.segments.map(({ body }) => body.value)).toMatchObject([3n, 4n, [{ member: 1 }]])
})

test('builder › a refused offer for a shard that does not exist is a refusal, not a crash', () => {
  const chain = talkingChain()
  const [message] = talk(chain, 1)
  const { refusals } = chain.build(start + 500n, [{ ...message!, shard: 64 } as Offer])
  expect(refusals).toMatchObject([{ code: 'FIELD_OUT_OF_RANGE', field: 'shard', value: 64 }])
})

test('prices › a price item counts for the block after, the last one winning', () => {
  const chain = talkingChain()
  const before = chain.state.prices
  const [first, last] = [
    { coreByte: 5n, witnessByte: 5n, settlement: 5n, stateByte: 5n },
    { coreByte: 6n, witnessByte: 6n, settlement: 6n, stateByte: 6n },
  ]
  chain.enqueue(start, { selector: 3, value: first }, { selector: 3, value: last })
  const { block } = chain.build(start + 500n, talk(chain, 1))
  expect(block.header.prices).toEqual(before)
  expect(chain.state.prices).toEqual(last)
  expect(chain.build(start + 750n, talk(chain, 1)).block.header.prices).toEqual(last)
})

test('prices › a block of price items alone has no runs', () => {
  const chain = talkingChain()
  chain.enqueue(start, { selector: 3, value: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n } })
  const judge = chain.fork()
  const { block, witness } = chain.build(start + 500n, [])
  expect(block.runs).toEqual([])
  judge.execute(block, witness)
  expect(judge.state.inboxCount).toBe(3n)
})

test('fees › a flood in one shard leaves the price of every other alone, and falls with time', () => {
  const chain = talkingChain()
  const others = chain.state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  const priceIn = (shard: number, now: bigint) => {
    const { feeExcess, feeTime } = chain.state.shards[shard]!
    const left = feeExcess - (fees.target * (now - feeTime)) / 1000n
    return executionPrice(left > 0n ? left : 0n, fees)
  }
  const now = start + 500n
  chain.build(now, talk(chain, 120))
  const flooded = priceIn(3, now)
  expect(flooded).toBeGreaterThan(fees.minPrice)
  chain.state.shards.forEach((shard, i) => {
    if (i !== 3) expect(ShardType.hashTreeRoot(shard)).toEqual(others[i])
  })
  expect(priceIn(3, now + 60n)).toBeLessThan(flooded)
  expect(priceIn(3, now + 60_000n)).toBe(fees.minPrice)
})

test('header › links to the one before by its root', () => {
  const chain = talkingChain()
  const { parent } = chain
  const { block } = chain.build(start + 500n, talk(chain, 1))
  expect(block.header.parent).toEqual(BlockHeaderType.hashTreeRoot(parent))
  expect(block.header.number).toBe(2n)
})
