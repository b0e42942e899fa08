import {
  type Block,
  type BlockHeader,
  type BlockWitness,
  type InboxItem,
  InboxItemKind,
  ShardType,
} from '../../src/index.ts'
import type { Offer } from '../../src/reference.ts'
import { TestChain } from './chain.ts'
import { digestOf } from './keys.ts'
import { change, config, founded, keys, owners, sign, signMessage } from './world.ts'

const start = config.genesis.timestamp

const deposit = (shard: number, account: number, owner: Uint8Array): InboxItem => ({
  selector: InboxItemKind.deposit,
  value: { shard, account, owner, amount: 90_000_000n },
})

function messages(chain: TestChain, shard: number, count: number, label: string): Offer[] {
  const conversation = chain.state.shards[shard]!.conversations[0]!
  return Array.from({ length: count }, (_, i) => {
    const message = { conversation: 0, member: 1, content: digestOf(`${label} ${i}`) }
    const nonce = conversation.members[1]!.nonce + BigInt(i)
    return { kind: 'message', shard, message, signature: signMessage(conversation, message, keys.talker, nonce) }
  })
}

function creation(shard: number): Offer {
  const operation = { selector: 0 as const, value: { ...founded, shard } }
  return {
    kind: 'operation',
    operation,
    signatures: sign(operation, [owners.ann, keys.admin, keys.talker, keys.gone]),
  }
}

function removal(chain: TestChain, shard: number): Offer {
  const conversation = chain.state.shards[shard]!.conversations[0]!
  const operation = change({ shard, epoch: conversation.epoch, remove: [{ slot: 2 }] })
  return { kind: 'operation', operation, signatures: sign(operation, [keys.admin], conversation) }
}

/** What a batch is made of, and what stands before it. */
export interface TestBatch {
  readonly chain: TestChain
  readonly parent: BlockHeader
  readonly shardRoots: Uint8Array[]
  readonly blocks: Block[]
  readonly witness: BlockWitness[]
}

/** Four blocks with everything a block can hold: items, operations, full and open message segments, prices, no runs. */
export function testBatch(): TestBatch {
  const chain = new TestChain()
  const before = chain.fork()
  chain.enqueue(start, deposit(3, 0, owners.ann.name), deposit(9, 0, owners.ann.name))
  chain.build(start + 250n, [creation(3), creation(9)])
  chain.build(start + 500n, [...messages(chain, 9, 3, 'a'), ...messages(chain, 3, 50, 'b'), removal(chain, 3)])
  chain.enqueue(start + 500n, { selector: 3, value: { coreByte: 1n, witnessByte: 1n, settlement: 2n, stateByte: 3n } })
  chain.build(start + 1_000n, [])
  chain.build(start + 3_000n, messages(chain, 3, 2, 'c'))
  const blocks = chain.blocks.map(({ block }) => block)
  const shardRoots = before.state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  return { chain, parent: before.parent, shardRoots, blocks, witness: chain.blocks.map(({ witness }) => witness) }
}
