import {
  type Block,
  BlockError,
  type BlockFault,
  BlockHeaderType,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
  genesisHeader,
  type InboxItem,
  InboxItemType,
  ShardType,
  StateOfRootsType,
} from '@parley/protocol'
import type { Offer } from '@parley/protocol/reference'
import { blockFlaws, relink, type Sealed } from './block-faults.ts'
import { type ChainedItem, VectorChain } from './chain.ts'
import { config, sign, signMessage } from './people.ts'
import { configJson, faultJson, packed, type RootedType } from './render.ts'
import { hex } from './seeded.ts'
import { create, keys, message, owners, reclaim } from './standing.ts'

const blockType = BlockType as unknown as RootedType<Block>
const witnessType = BlockWitnessType as unknown as RootedType<BlockWitness>
const itemType = InboxItemType as unknown as RootedType<InboxItem>

const start = config.genesis.timestamp
const deposit = (shard: number, owner: Uint8Array): InboxItem => ({
  selector: 0,
  value: { shard, account: 0, owner, amount: 40_000_000n },
})

/** Block 1: a deposit and a creation in shard 3. */
function opened(): VectorChain {
  const chain = new VectorChain()
  chain.enqueue(start, deposit(3, owners.ann.name))
  const operation = create({ nonce: 0n })
  chain.build(start + 250n, [
    { kind: 'operation', operation, signatures: sign(operation, [owners.ann, keys.admin, keys.newcomer]) },
  ])
  chain.enqueue(start, deposit(4, owners.ben.name), deposit(3, owners.ann.name))
  chain.enqueue(start + 750n, { selector: 3, value: { coreByte: 5n, witnessByte: 8n, settlement: 6n, stateByte: 7n } })
  return chain
}

/** Messages of the newcomer, slot 1 of the only conversation of shard 3, and a reclaim behind them. */
function offers(chain: VectorChain, count: number, label: string): Offer[] {
  const conversation = chain.state.shards[3]!.conversations[0]!
  const operation = reclaim({ nonce: chain.state.shards[3]!.accounts[0]!.nonce, amount: 1n })
  const messages = Array.from({ length: count }, (_, i): Offer => {
    const said = message(`${label} ${i}`)
    const nonce = conversation.members[1]!.nonce + BigInt(i)
    return {
      kind: 'message',
      shard: 3,
      message: said,
      signature: signMessage(conversation, said, nonce, keys.newcomer),
    }
  })
  return [...messages, { kind: 'operation', operation, signatures: sign(operation, [owners.ann]) }]
}

/** Four blocks: a creation; items, messages and an operation; prices alone; more than one message segment. */
export function vectorChain(): VectorChain {
  const chain = opened()
  chain.build(start + 1_000n, offers(chain, 5, 'second'), 2)
  chain.build(start + 1_250n, [], 1)
  chain.build(start + 3_000n, offers(chain, 40, 'fourth'))
  return chain
}

const itemJson = ({ index, item, time, inboxHash, parentHash }: ChainedItem) => ({
  index: index.toString(),
  time: time.toString(),
  item: packed(itemType, item),
  parentHash: hex(parentHash),
  inboxHash: hex(inboxHash),
})

const sealedJson = ({ block, witness }: Sealed) => ({
  block: packed(blockType, block),
  witness: packed(witnessType, witness),
})

const stateJson = (chain: VectorChain) => {
  const shards = chain.state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  return hex(StateOfRootsType.hashTreeRoot({ ...chain.state, shards }))
}

function invalid() {
  const good = opened()
  const sealed = good.build(start + 1_000n, offers(good, 5, 'second'), 2)
  return blockFlaws.map(({ why, code, plant, bare }) => {
    const judge = opened()
    const spoiled = structuredClone({ block: sealed.block, witness: sealed.witness })
    plant(spoiled)
    spoiled.block.header.inboxHash ??= judge.reference.window.hashBefore
    if (!bare) relink(spoiled, judge)
    const fault = faultOf(judge, spoiled)
    if (fault.code !== code) throw new Error(`${why}: ${fault.code} instead of ${code}`)
    return { why, ...sealedJson(spoiled), fault: faultJson(fault) }
  })
}

function faultOf(judge: VectorChain, { block, witness }: Sealed): BlockFault {
  try {
    judge.execute(block, witness)
  } catch (error) {
    if (error instanceof BlockError) return error.fault
    throw error
  }
  throw new Error('the block was accepted')
}

/** The file `test/vectors/blocks.json`. */
export function blockVectors() {
  const chain = vectorChain()
  const judge = new VectorChain()
  judge.queue.push(...chain.queue)
  const blocks = chain.built.map(({ block, witness }) => {
    judge.execute(block, witness)
    return { ...sealedJson({ block, witness }), stateRoot: stateJson(judge) }
  })
  return {
    note: 'A chain from genesis with its inbox. Each invalid block stands in place of the second, when four items are queued.',
    deployment: configJson(config),
    genesis: packed(BlockHeaderType as RootedType<ReturnType<typeof genesisHeader>>, genesisHeader(config)),
    inbox: chain.queue.map(itemJson),
    blocks,
    invalid: invalid(),
  }
}
