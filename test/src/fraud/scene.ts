import { firstFault as faultOf, type Ground, sourcesOf as sourcesFor } from '@parley/lab/forger'
import {
  type Block,
  type BlockHeader,
  type BlockWitness,
  coreRoot,
  genesisHeader,
  portableVerifier,
  type QueuedItem,
  type SignatureVerifier,
  StateType,
  witnessRoot,
} from '@parley/protocol'
import { BatchTrees, type ClaimFault, type ProofSources } from '@parley/protocol/fraud'
import type { Hex } from 'viem'
import type { VectorChain } from '../vectors/chain.ts'
import { config } from '../vectors/people.ts'
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

/** What every scene stands on: genesis. */
function groundOf({ queue }: Scene): Ground {
  const state = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  const window = { waiting: queue, hashBefore: before.inboxHash }
  return { config, lineage, parent: before, state, window, verifier }
}

/** The first thing wrong with a scene's claim; undefined when it is right. */
export const firstFault = (scene: Scene): ClaimFault | undefined => faultOf(groundOf(scene), scene)

/** What is known of a scene beside its parts. */
export function sourcesOf(scene: Scene): ProofSources {
  const points = pricePoints(scene.queue, config.genesis.prices)
  return sourcesFor(
    groundOf(scene),
    scene,
    points.map(({ count }) => count),
  )
}
