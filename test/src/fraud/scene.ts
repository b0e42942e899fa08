import {
  type Block,
  BlockError,
  type BlockFault,
  type BlockHeader,
  BlockHeaderType,
  type BlockWitness,
  coreRoot,
  genesisHeader,
  portableVerifier,
  type QueuedItem,
  type SegmentPlace,
  type Shard,
  ShardType,
  type SignatureVerifier,
  type State,
  type StateOfRoots,
  StateType,
  sameBytes,
  witnessRoot,
} from '@parley/protocol'
import { BatchTrees, type ClaimFault, openingsOf, type ProofSources } from '@parley/protocol/fraud'
import { blockContext, executeBlock, executeSegment, type ReferenceChain } from '@parley/protocol/reference'
import type { Hex } from 'viem'
import type { VectorChain } from '../vectors/chain.ts'
import { config, deployment } from '../vectors/people.ts'
import { pricePoints } from './evm.ts'
import { richChain } from './rich-chain.ts'
import type { ProofCase } from './verifiers.ts'

/** A batch from genesis, right or not, and the queue that it read. */
export interface Scene {
  readonly core: Block[]
  readonly witness: BlockWitness[]
  readonly queue: readonly QueuedItem[]
  /** What the claim says is the last header. */
  last: BlockHeader
}

const chain = richChain()
export const before = genesisHeader(config)
const { lineage } = config.genesis

/** The portable verifier, which is slow, asked once for each signature. */
const remembered = new Map<string, boolean>()
const recall = (name: Uint8Array, digest: Uint8Array, signature: Uint8Array, ask: () => boolean): boolean => {
  const key = Buffer.concat([name, digest, signature]).toString('hex')
  const held = remembered.get(key) ?? ask()
  remembered.set(key, held)
  return held
}
const verifier: SignatureVerifier = {
  name: 'remembering',
  verifyMember: (key, digest, signature) =>
    recall(key, digest, signature, () => portableVerifier.verifyMember(key, digest, signature)),
  verifyOwner: (owner, digest, signature) =>
    recall(owner, digest, signature, () => portableVerifier.verifyOwner(owner, digest, signature)),
}

/** A right batch with every kind of operation and item, copied so that it can be spoilt. */
export function rightScene(of: VectorChain = chain): Scene {
  const core = structuredClone(of.built.map(({ block }) => block))
  return {
    core,
    witness: structuredClone(of.built.map(({ witness }) => witness)),
    queue: of.queue,
    last: structuredClone((core.at(-1) as Block).header),
  }
}

/** What a claim of the scene says. */
export function caseOf({ core, witness, last }: Scene, queue?: Hex): ProofCase {
  const roots = { coreRoot: coreRoot(core), witnessRoot: witnessRoot(witness) }
  return { config, lineage, ...roots, before, last, ...(queue === undefined ? {} : { queue }) }
}

export const treesOf = ({ core, witness }: Scene): BatchTrees => new BatchTrees({ core, witness })

/** The first thing wrong with a scene's claim; undefined when it is right. */
export function firstFault(scene: Scene): ClaimFault | undefined {
  const { core, witness, last } = scene
  const blocks = Number(last.number - before.number)
  if (core.length !== blocks) return { rule: 'BLOCK_COUNT', part: 'core' }
  if (witness.length !== blocks) return { rule: 'BLOCK_COUNT', part: 'witness' }
  const root = BlockHeaderType.hashTreeRoot((core.at(-1) as Block).header)
  if (!sameBytes(root, BlockHeaderType.hashTreeRoot(last))) return { rule: 'LAST_HEADER' }
  const { block, fault } = replay(scene, core.length)
  // A block is named by its place: its own number may be what is wrong.
  return fault === undefined ? undefined : { ...fault, block: before.number + BigInt(block) + 1n }
}

interface Replayed {
  readonly state: State
  readonly parent: BlockHeader
  readonly block: number
  readonly fault: BlockFault | undefined
}

/** Executes the first `count` blocks up to the first that is wrong. */
function replay({ core, witness, queue }: Scene, count: number): Replayed {
  const state = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  let parent = before
  for (let block = 0; block < count; block += 1) {
    try {
      executeBlock(state, core[block] as Block, witness[block] ?? [], referenceAt(queue, parent))
    } catch (error) {
      if (error instanceof BlockError) return { state, parent, block, fault: error.fault }
      throw error
    }
    parent = (core[block] as Block).header
  }
  return { state, parent, block: count, fault: undefined }
}

function referenceAt(queue: readonly QueuedItem[], parent: BlockHeader): ReferenceChain {
  const consumed = Number(parent.inboxCount)
  const hashBefore = queue[consumed - 1]?.inboxHash ?? new Uint8Array(32)
  return { config, verifier, parent, lineage, window: { waiting: queue.slice(consumed), hashBefore } }
}

/** The shard of a segment as it stands before it, as long as everything before it is right. */
export function shardBefore(scene: Scene, place: SegmentPlace): Shard {
  const { state } = replay(scene, place.block)
  const { header, runs } = scene.core[place.block] as Block
  const run = runs[place.run]
  const shard = run === undefined ? undefined : state.shards[run.shard]
  if (run === undefined || shard === undefined) throw new RangeError(`no shard of run ${place.run}`)
  const context = blockContext(config, verifier, header.timestamp, state.prices)
  run.segments.slice(0, place.segment).forEach(({ body }, s) => {
    const signatures = scene.witness[place.block]?.[place.run]?.[s] ?? []
    executeSegment(shard, run.shard, body, signatures, (i) => queuedAt(scene, i), context)
  })
  return shard
}

function queuedAt({ queue }: Scene, index: bigint): QueuedItem {
  const queued = queue[Number(index)]
  if (queued === undefined) throw new RangeError(`no item ${index}`)
  return queued
}

/** What is known of a scene beside its parts. */
export function sourcesOf(scene: Scene): ProofSources {
  const points = pricePoints(scene.queue, config.genesis.prices)
  return {
    ...deployment,
    fees: config.fees,
    parentNumber: before.number,
    parentInboxCount: before.inboxCount,
    shardBefore: (place) => openingsOf(shardBefore(scene, place)),
    stateBefore: (block) => rootsOf(replay(scene, block).state),
    pricePoint: (count) => points.findLastIndex((point) => point.count <= count),
    itemAt: (index) => queuedAt(scene, index).item,
  }
}

const rootsOf = (state: State): StateOfRoots => ({
  ...state,
  shards: state.shards.map((shard) => ShardType.hashTreeRoot(shard)),
})
