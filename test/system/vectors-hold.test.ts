import {
  applyInboxItem,
  applyMessages,
  applyOperation,
  type Block,
  BlockError,
  BlockHeaderType,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
  type Body,
  BodyType,
  blockContext,
  blockFaults,
  type ChainConfig,
  CodecError,
  codecFaults,
  completeBlocks,
  coreRoot,
  decodeCore,
  decodeWitness,
  domainSeparator,
  executeBlock,
  executionPrice,
  type FeeParameters,
  genesisHeader,
  type InboxItem,
  InboxItemType,
  nextInboxHash,
  portableVerifier,
  type QueuedItem,
  type Shard,
  ShardType,
  type State,
  StateType,
  TransitionError,
  transitionFaults,
  verifyProof,
  witnessRoot,
} from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import {
  fromHex,
  type Packed,
  toHex,
  type VectorDeployment,
  type VectorPrices,
  vectorFile,
} from './support/vector-file.ts'

const prices = ({ dataByte, settlement, stateByte }: VectorPrices) => ({
  dataByte: BigInt(dataByte),
  settlement: BigInt(settlement),
  stateByte: BigInt(stateByte),
})
const fees = ({ minPrice, target, fraction }: VectorDeployment['fees']): FeeParameters => ({
  minPrice: BigInt(minPrice),
  target: BigInt(target),
  fraction: BigInt(fraction),
})
const configOf = (deployment: VectorDeployment): ChainConfig => ({
  chainId: BigInt(deployment.chainId),
  inbox: fromHex(deployment.inbox),
  fees: fees(deployment.fees),
  forceDelayMs: BigInt(deployment.forceDelayMs),
  genesis: {
    timestamp: BigInt(deployment.genesis.timestamp),
    prices: prices(deployment.genesis.prices),
    lineage: fromHex(deployment.genesis.lineage),
  },
})

describe('transition.json', () => {
  const file = vectorFile<{
    deployment: VectorDeployment
    shard: string
    timestamp: string
    prices: VectorPrices
    cases: {
      name: string
      kind: string
      body: Packed
      signatures: string[]
      pre: Packed
      post?: Packed
      outcome: string
      entry?: string
      fault?: { code: string }
    }[]
  }>('transition.json')
  const config = configOf(file.deployment)
  const context = blockContext(config, portableVerifier, BigInt(file.timestamp), prices(file.prices))
  const index = Number(file.shard)

  /** Runs one case from its bytes alone; gives the outcome with the code of its fault. */
  function outcomeOf(each: (typeof file.cases)[number], shard: Shard): string {
    const signatures = each.signatures.map(fromHex)
    try {
      if (each.kind === 'inboxItem') {
        const skipped = applyInboxItem(
          shard,
          index,
          InboxItemType.deserialize(fromHex(each.body.ssz)) as InboxItem,
          context,
        )
        return skipped === undefined ? 'applied' : `skipped ${skipped.code}`
      }
      const body = BodyType.deserialize(fromHex(each.body.ssz)) as Body
      if (body.selector === 0) applyMessages(shard, index, body.value, signatures, context)
      if (body.selector === 1) applyOperation(shard, index, body.value, signatures, context)
      return 'applied'
    } catch (error) {
      if (error instanceof TransitionError) return `refused ${error.fault.code} ${error.entry}`
      throw error
    }
  }

  test('transition vectors › belong to the deployment that they name', () => {
    expect(toHex(domainSeparator(config.chainId, config.inbox))).toBe(file.deployment.separator)
  })

  test.each(file.cases)('transition vector › $name', (each) => {
    const shard = ShardType.deserialize(fromHex(each.pre.ssz))
    expect(toHex(ShardType.hashTreeRoot(shard))).toBe(each.pre.root)
    const { outcome, fault, entry, post } = each
    expect(outcomeOf(each, shard)).toBe([outcome, fault?.code, entry].filter((part) => part !== undefined).join(' '))
    if (outcome === 'applied') expect(toHex(ShardType.hashTreeRoot(shard))).toBe(post?.root)
    if (outcome === 'skipped') expect(toHex(ShardType.hashTreeRoot(shard))).toBe(each.pre.root)
  })

  test('transition vectors › reach every code but that of a full list, which no file can hold', () => {
    const reached = new Set(file.cases.map(({ fault }) => fault?.code))
    expect(Object.keys(transitionFaults).filter((code) => !reached.has(code))).toEqual(['SHARD_FULL'])
  })
})

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
  time: BigInt(time),
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

  test('batch vectors › reach every code', () => {
    expect(new Set(file.invalid.map(({ fault }) => fault.code))).toEqual(new Set(Object.keys(codecFaults)))
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

describe('signatures.json', () => {
  const file = vectorFile<{
    messages: { key: string; digest: string; signature: string }[]
    consents: { key: string; digest: string; signature: string }[]
    changes: { key: string; digest: string; signature: string }[]
    owners: { owner: string; digest: string; signature: string }[]
    headers: { sequencer: string; digest: string; signature: string }[]
    invalid: {
      digest: string
      members: { why: string; key: string; signature: string }[]
      owners: { why: string; owner: string; signature: string }[]
    }
  }>('signatures.json')

  test('signature vectors › every good one holds', () => {
    for (const { key, digest, signature } of [...file.messages, ...file.consents, ...file.changes])
      expect(portableVerifier.verifyMember(fromHex(key), fromHex(digest), fromHex(signature))).toBe(true)
    for (const { owner, digest, signature } of file.owners)
      expect(portableVerifier.verifyOwner(fromHex(owner), fromHex(digest), fromHex(signature))).toBe(true)
    for (const { sequencer, digest, signature } of file.headers)
      expect(
        portableVerifier.verifyOwner(fromHex(sequencer), fromHex(digest), fromHex(signature).subarray(0, 64)),
      ).toBe(true)
  })

  test.each(file.invalid.members)('signature vector › member, $why', ({ key, signature }) => {
    expect(portableVerifier.verifyMember(fromHex(key), fromHex(file.invalid.digest), fromHex(signature))).toBe(false)
  })
  test.each(file.invalid.owners)('signature vector › owner, $why', ({ owner, signature }) => {
    expect(portableVerifier.verifyOwner(fromHex(owner), fromHex(file.invalid.digest), fromHex(signature))).toBe(false)
  })
})

describe('fees.json', () => {
  const file = vectorFile<{ executionPrice: { fees: VectorDeployment['fees']; excess: string; price: string }[] }>(
    'fees.json',
  )

  test('fee vectors › prices follow from the parameters', () => {
    for (const point of file.executionPrice)
      expect(executionPrice(BigInt(point.excess), fees(point.fees)).toString()).toBe(point.price)
  })
})
