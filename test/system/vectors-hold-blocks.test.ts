import {
  type Block,
  BlockError,
  BlockHeaderType,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
  blockFaults,
  CodecError,
  codecFaults,
  completeBlocks,
  coreRoot,
  decodeCore,
  decodeWitness,
  genesisHeader,
  type InboxItem,
  InboxItemType,
  millis,
  nextInboxHash,
  portableVerifier,
  type QueuedItem,
  ShardType,
  type State,
  StateType,
  verifyProof,
  witnessRoot,
} from '@parley/protocol'
import { executeBlock } from '@parley/protocol/reference'
import { describe, expect, test } from 'vitest'
import { configOf, fromHex, type Packed, toHex, type VectorDeployment, vectorFile } from './support/vector-file.ts'

interface BlockFile {
  deployment: VectorDeployment
  genesis: Packed
  inbox: { index: string; time: string; item: Packed; parentHash: string; inboxHash: string }[]
  blocks: { block: Packed; witness: Packed; stateRoot: string }[]
  invalid: { why: string; block: Packed; witness: Packed; fault: { code: string } }[]
}
const chain = vectorFile<BlockFile>('blocks.json')
const config = configOf(chain.deployment)
const queue: QueuedItem[] = chain.inbox.map(({ index, time, item, inboxHash }) => ({
  index: BigInt(index),
  time: millis(BigInt(time)),
  item: InboxItemType.deserialize(fromHex(item.ssz)) as InboxItem,
  inboxHash: fromHex(inboxHash),
}))
const blockOf = ({ ssz }: Packed): Block => BlockType.deserialize(fromHex(ssz)) as Block
const witnessOf = ({ ssz }: Packed): BlockWitness => BlockWitnessType.deserialize(fromHex(ssz))

function atGenesis() {
  const state: State = StateType.defaultValue()
  Object.assign(state, { prices: config.genesis.prices, timestamp: config.genesis.timestamp })
  return { state, parent: genesisHeader(config) }
}

/** Executes a block on what stands; a BlockError comes out. */
function follow(standing: ReturnType<typeof atGenesis>, block: Block, witness: BlockWitness): void {
  const consumed = Number(standing.parent.inboxCount)
  executeBlock(standing.state, block, witness, {
    config,
    verifier: portableVerifier,
    parent: standing.parent,
    lineage: config.genesis.lineage,
    window: { waiting: queue.slice(consumed), hashBefore: queue[consumed - 1]?.inboxHash ?? new Uint8Array(32) },
  })
  standing.parent = block.header
}

describe('blocks.json', () => {
  test('block vectors › the inbox is chained by its hashes', () => {
    let previous: Uint8Array = new Uint8Array(32)
    chain.inbox.forEach(({ item, parentHash, inboxHash }, i) => {
      expect(toHex(InboxItemType.hashTreeRoot(queue[i]!.item))).toBe(item.root)
      previous = nextInboxHash(previous, queue[i]!.item, fromHex(parentHash))
      expect(toHex(previous)).toBe(inboxHash)
    })
  })

  test('block vectors › the chain is what the arbiter accepts, root by root', () => {
    const standing = atGenesis()
    expect(toHex(BlockHeaderType.hashTreeRoot(standing.parent))).toBe(chain.genesis.root)
    for (const each of chain.blocks) {
      follow(standing, blockOf(each.block), witnessOf(each.witness))
      expect(toHex(StateType.hashTreeRoot(standing.state))).toBe(each.stateRoot)
    }
  })

  test.each(chain.invalid)('block vector › $fault.code: $why', ({ block, witness, fault }) => {
    const standing = atGenesis()
    const [first] = chain.blocks
    follow(standing, blockOf(first!.block), witnessOf(first!.witness))
    let code: string | undefined
    try {
      follow(standing, blockOf(block), witnessOf(witness))
    } catch (error) {
      if (!(error instanceof BlockError)) throw error
      code = error.fault.code
    }
    expect(code).toBe(fault.code)
  })

  test('block vectors › reach every code but that of too many segments, which is kept out for its size', () => {
    const reached = new Set(chain.invalid.map(({ fault }) => fault.code))
    expect(Object.keys(blockFaults).filter((code) => !reached.has(code))).toEqual(['BLOCK_SIZE'])
  })
})

describe('batches.json', () => {
  const file = vectorFile<{
    valid: { name: string; core: string; witness: string; coreRoot: string; witnessRoot: string }[]
    equal: { name: string; plain: string; deflated: string }[]
    invalid: { part: string; why: string; bytes: string; fault: { code: string } }[]
  }>('batches.json')
  const whole = file.valid[0]!
  const core = decodeCore(fromHex(whole.core))

  test('batch vectors › the whole chain comes back from its encodings', () => {
    const { parent } = atGenesis()
    const empty = ShardType.hashTreeRoot(ShardType.defaultValue())
    const before = { header: parent, shardRoots: Array.from({ length: 64 }, () => empty), prices: parent.prices }
    const window = { waiting: queue, hashBefore: new Uint8Array(32) }
    const blocks = completeBlocks(core, before, window, config.genesis.lineage)
    expect(blocks.map((block) => toHex(BlockType.hashTreeRoot(block)))).toEqual(
      chain.blocks.map(({ block }) => block.root),
    )
    expect(toHex(coreRoot(blocks))).toBe(whole.coreRoot)
    expect(toHex(witnessRoot(decodeWitness(fromHex(whole.witness), core)))).toBe(whole.witnessRoot)
  })

  test.each(file.equal)('batch vector › $name decode to the same', ({ plain, deflated }) => {
    expect(decodeCore(fromHex(deflated))).toEqual(decodeCore(fromHex(plain)))
  })

  test.each(file.invalid)('batch vector › $part $fault.code: $why', ({ part, bytes, fault }) => {
    const decode = () => (part === 'core' ? decodeCore(fromHex(bytes)) : decodeWitness(fromHex(bytes), core))
    let code: string | undefined
    try {
      decode()
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      code = error.fault.code
    }
    expect(code).toBe(fault.code)
  })

  test('batch vectors › reach every code but that of roots, which decoders compare none with', () => {
    const reached = new Set<string>(file.invalid.map(({ fault }) => fault.code))
    expect(new Set([...reached, 'CODEC_ROOT'])).toEqual(new Set(Object.keys(codecFaults)))
  })
})

describe('proofs.json', () => {
  interface Proof {
    what: string
    root: string
    gindex: string
    leaf: string
    branch: string[]
  }
  const file = vectorFile<{ valid: Proof[]; invalid: (Proof & { why: string })[] }>('proofs.json')
  const holds = ({ root, gindex, leaf, branch }: Proof) =>
    verifyProof(fromHex(root), { gindex: BigInt(gindex), leaf: fromHex(leaf), branch: branch.map(fromHex) })

  test.each(file.valid)('proof vector › $what holds', (proof) => {
    expect(holds(proof)).toBe(true)
  })
  test.each(file.invalid)('proof vector › $what with $why shows nothing', (proof) => {
    expect(holds(proof)).toBe(false)
  })
})
