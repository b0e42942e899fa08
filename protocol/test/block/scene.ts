import { expect } from 'vitest'
import type { Block, BlockWitness, InboxItem } from '../../src/index.ts'
import type { Offer } from '../../src/reference.ts'
import { TestChain } from '../support/chain.ts'
import { digestOf } from '../support/keys.ts'
import { config, founded, keys, owners, sign, signMessage } from '../support/world.ts'

export const start = config.genesis.timestamp
export const now = start + 1_000n
export const zero = new Uint8Array(32)

export const deposit = (shard: number, owner: Uint8Array): InboxItem => ({
  selector: 0,
  value: { shard, account: 0, owner, amount: 40_000_000n },
})

export interface Sealed {
  block: Block
  witness: BlockWitness
}

/** A chain at block 1, and a good block 2: shard 3 has an item, 32 and 8 messages and an operation, shard 4 an item. */
export function scene(): { chain: TestChain; sealed: Sealed } {
  const chain = new TestChain()
  chain.enqueue(start, deposit(3, owners.ann.name))
  const creation = { selector: 0 as const, value: founded }
  const signatures = sign(creation, [owners.ann, keys.admin, keys.talker, keys.gone])
  chain.build(start + 250n, [{ kind: 'operation', operation: creation, signatures }])
  chain.enqueue(start, deposit(4, owners.ben.name), deposit(3, owners.ann.name))
  chain.enqueue(now, { selector: 3, value: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n } })
  const [conversation] = chain.state.shards[3]!.conversations
  const offers = Array.from({ length: 40 }, (_, i): Offer => {
    const message = { conversation: 0, member: 1, content: digestOf(`${i}`) }
    return {
      kind: 'message',
      shard: 3,
      message,
      signature: signMessage(conversation!, message, keys.talker, 1n + BigInt(i)),
    }
  })
  const value = { shard: 3, account: 0, nonce: 1n, conversation: 0, member: 1, amount: 1n }
  const reclaim = { selector: 3 as const, value }
  offers.push({ kind: 'operation', operation: reclaim, signatures: sign(reclaim, [owners.ann]) })
  const { block, witness, refusals } = chain.fork().build(now, offers, 2)
  expect(refusals.every((refusal) => refusal === undefined)).toBe(true)
  return { chain, sealed: { block, witness } }
}
