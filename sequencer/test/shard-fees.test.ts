import { BlockView, portableVerifier, type Shard } from '@parley/protocol'
import { beginSegment, blockContext } from '@parley/protocol/reference'
import { expect, test } from 'vitest'
import { ShardFees } from '../src/derived/shard-fees.ts'
import { offerMessage, offerOperation, ReferenceChainBuilder } from './support/reference-chain.ts'
import { config, deposit, Talk } from './support/world.ts'

test('shard fees › follow the fee fields of the state, and quote what the next segment pays', () => {
  const chain = new ReferenceChainBuilder()
  // So slow that the price moves within a test.
  const fees = { minPrice: 3n, target: 2n, fraction: 5n }
  const slow = { ...config, fees }
  const followed = new ShardFees(config.fees)
  const talks = [new Talk(3, 0), new Talk(9, 0)]
  chain.enqueue(deposit(3), deposit(9))
  const offers = [
    talks.map((talk) => offerOperation(talk.create)),
    Array.from({ length: 40 }, (_, i) => offerMessage(talks[0]!.say(`a${i}`))),
    Array.from({ length: 3 }, (_, i) => offerMessage(talks[1]!.say(`b${i}`))),
  ]
  for (const some of offers) {
    const { block, witness } = chain.build(some)
    followed.apply(BlockView.encode({ block, witness, signature: new Uint8Array(65) }).runs, block.header.timestamp)
    expect(followed.fees).toEqual(chain.state.shards.map(({ feeExcess, feeTime }) => ({ feeExcess, feeTime })))
  }
  const prices = { coreByte: 2n, witnessByte: 2n, settlement: 7n, stateByte: 1n }
  const at = chain.state.timestamp + 700n
  const quotes = new ShardFees(fees, followed.fees).quote(at, prices)
  chain.state.shards.forEach((shard, i) => {
    const context = blockContext(slow, portableVerifier, at, prices)
    const { execution, message } = beginSegment({ ...shard } as Shard, context)
    expect(quotes[i]).toEqual({ shard: i, execution, message })
  })
  expect(quotes[3]!.message).toBeGreaterThan(quotes[0]!.message)
})
