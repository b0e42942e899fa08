import { type Block, BlockError, type BlockFault, BlockHeaderType, type State, sameBytes } from '@parley/protocol'
import type { ClaimFault } from '@parley/protocol/fraud'
import { executeBlock, type ReferenceChain } from '@parley/protocol/reference'
import type { Batch, Ground } from './draft.ts'

/** How far the reference came with a batch. */
export interface Replayed {
  readonly state: State
  /** Blocks that are right, from the first on. */
  readonly right: number
  readonly fault: BlockFault | undefined
}

/** The first thing wrong with a claim of these blocks, as the reference finds it; undefined when it is right. */
export function firstFault(ground: Ground, batch: Omit<Batch, 'after'>): ClaimFault | undefined {
  const { core, witness, last } = batch
  const blocks = Number(last.number - ground.parent.number)
  if (core.length !== blocks) return { rule: 'BLOCK_COUNT', part: 'core' }
  if (witness.length !== blocks) return { rule: 'BLOCK_COUNT', part: 'witness' }
  const root = BlockHeaderType.hashTreeRoot((core.at(-1) as Block).header)
  if (!sameBytes(root, BlockHeaderType.hashTreeRoot(last))) return { rule: 'LAST_HEADER' }
  const { right, fault } = replay(ground, batch, core.length)
  // A block is named by its place: its own number may be what is wrong.
  return fault === undefined ? undefined : { ...fault, block: ground.parent.number + BigInt(right) + 1n }
}

/** Executes the first `count` blocks, up to the first that is wrong, on a copy of the state. */
export function replay(ground: Ground, { core, witness }: Pick<Batch, 'core' | 'witness'>, count: number): Replayed {
  const state = structuredClone(ground.state)
  let { parent } = ground
  for (let block = 0; block < count; block += 1) {
    try {
      executeBlock(state, core[block] as Block, witness[block] ?? [], referenceAt(ground, parent.inboxCount, parent))
    } catch (error) {
      if (error instanceof BlockError) return { state, right: block, fault: error.fault }
      throw error
    }
    parent = (core[block] as Block).header
  }
  return { state, right: count, fault: undefined }
}

/** The reference before the block after `parent`. */
export function referenceAt(ground: Ground, consumed: bigint, parent: ReferenceChain['parent']): ReferenceChain {
  const { config, verifier, lineage, window } = ground
  const taken = Number(consumed - ground.parent.inboxCount)
  const hashBefore = window.waiting[taken - 1]?.inboxHash ?? window.hashBefore
  return { config, verifier, parent, lineage, window: { waiting: window.waiting.slice(taken), hashBefore } }
}

/** A fault in one word, or two where the transition has its own: `SEGMENT_INVALID NONCE_MISMATCH`. */
export function nameOfFault(fault: ClaimFault): string {
  if ('rule' in fault) return fault.rule
  return fault.code === 'SEGMENT_INVALID' ? `SEGMENT_INVALID ${fault.fault.code}` : fault.code
}
