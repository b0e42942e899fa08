import { type Conversation, type InboxItem, noSponsor, type Operation } from '@parley/protocol'
import type { Offer } from '@parley/protocol/reference'
import { VectorChain } from '../vectors/chain.ts'
import { config, type Signer, sign, signMessage } from '../vectors/people.ts'
import { change, create, fund, keys, message, owners, reclaim, withdraw } from '../vectors/standing.ts'

const start = config.genesis.timestamp
const shard = 3

const deposit = (account: number, owner: Uint8Array): InboxItem => ({
  selector: 0,
  value: { shard, account, owner, amount: 40_000_000n },
})

const offer = (operation: Operation, signers: readonly Signer[], conversation?: Conversation): Offer => ({
  kind: 'operation',
  operation,
  signatures: sign(operation, signers, conversation),
})

function said(conversation: Conversation, count: number, label: string, after = 0n): Offer[] {
  const nonce = conversation.members[1]!.nonce + after
  return Array.from({ length: count }, (_, i) => {
    const spoken = message(`${label} ${i}`)
    const signature = signMessage(conversation, spoken, nonce + BigInt(i), keys.newcomer)
    return { kind: 'message', shard, message: spoken, signature }
  })
}

/** A change with all that it may hold: slot 2 is filled, 1 becomes an admin, the signer's key is exchanged. */
const fullChange = (epoch: bigint): Operation =>
  change({
    epoch,
    roles: [{ slot: 1, role: 2 }],
    add: [{ slot: 2, key: keys.talker.name, role: 1, allowance: 9_000n, priceLimit: 10_000n }],
    exchange: [{ key: keys.gone.name }],
  })

/** A removal of the founders' second slot and somebody new in it at once. */
const refilled = (epoch: bigint): Operation =>
  change({
    epoch,
    remove: [{ slot: 1 }],
    add: [{ slot: 1, key: keys.unfunded.name, role: 1, allowance: 1_000n, priceLimit: 10_000n }],
  })

/** Every kind of operation and of item, on one conversation of shard 3 from genesis; five blocks. */
export function richChain(): VectorChain {
  const chain = new VectorChain()
  const conversation = () => chain.state.shards[shard]!.conversations[0]!
  const nonce = () => chain.state.shards[shard]!.accounts[0]!.nonce
  chain.enqueue(start, deposit(0, owners.ann.name), deposit(1, owners.ben.name))
  chain.build(start + 250n, [offer(create({ nonce: 0n }), [owners.ann, keys.admin, keys.newcomer])])
  const epoch = conversation().epoch
  chain.build(start + 1_000n, [
    ...said(conversation(), 40, 'a'),
    offer(fullChange(epoch), [keys.admin, keys.talker, keys.gone], conversation()),
    ...said(conversation(), 3, 'b', 40n),
  ])
  chain.build(start + 1_500n, [
    offer(fund({ nonce: nonce() }), [owners.ann]),
    offer(reclaim({ nonce: nonce() + 1n, amount: 1n }), [owners.ann]),
    offer(withdraw({ account: 1, nonce: 0n }), [owners.ben]),
  ])
  forceItems(chain)
  chain.build(start + 4_000n, said(conversation(), 2, 'c', 1n))
  chain.build(start + 5_000n, [offer(refilled(conversation().epoch), [keys.gone, keys.unfunded], conversation())])
  return chain
}

/** A deposit, a message, an operation that holds and one that does not, and prices. */
function forceItems(chain: VectorChain): void {
  const standing = chain.state.shards[shard]!
  const conversation = standing.conversations[0]!
  const spoken = message('forced')
  const signature = signMessage(conversation, spoken, conversation.members[1]!.nonce, keys.newcomer)
  const exit = withdraw({ account: 1, nonce: 1n, amount: 5n })
  const unsigned = [new Uint8Array(64)]
  chain.enqueue(
    start + 2_000n,
    deposit(0, owners.ann.name),
    { selector: 2, value: { shard, message: spoken, signature } },
    { selector: 1, value: { sender: owners.ben.name, operation: exit, signatures: unsigned } },
    { selector: 1, value: { sender: owners.ann.name, operation: exit, signatures: unsigned } },
    { selector: 2, value: { shard, message: message('nobody', { member: noSponsor & 0xffff }), signature } },
    { selector: 3, value: { ...config.genesis.prices, settlement: 8n } },
  )
}
