import type { ChainConfig } from '../config.ts'
import type { SignatureVerifier } from '../signing/verifier.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Bytes32, Signature } from '../ssz/primitives.ts'
import { type BlockContext, blockContext } from '../transition/context.ts'
import { TransitionError } from '../transition/faults.ts'
import { applyInboxItem, applyMessages, applyOperation } from '../transition/segment.ts'
import { type Block, type BlockHeader, type BlockWitness, BodyKind, type Segment } from '../types/block.ts'
import type { QueuedItem } from '../types/inbox.ts'
import { type Shard, ShardType, type State } from '../types/state.ts'
import { BlockError } from './faults.ts'
import { pricesAfter } from './inbox-range.ts'
import { stateRoot } from './roots.ts'
import { type BlockParent, checkBlockRules, consumedItems, type InboxWindow } from './rules.ts'

/** Applies one segment to its shard. @throws {TransitionError} when its body is invalid. */
export function executeSegment(
  shard: Shard,
  shardIndex: number,
  body: Segment['body'],
  signatures: readonly Signature[],
  itemAt: (index: bigint) => QueuedItem,
  context: BlockContext,
): void {
  if (body.selector === BodyKind.messages) applyMessages(shard, shardIndex, body.value, signatures, context)
  else if (body.selector === BodyKind.operation) applyOperation(shard, shardIndex, body.value, signatures, context)
  else applyInboxItem(shard, shardIndex, itemAt(body.value).item, context)
}

/** What a reference state knows of itself beside its fields. */
export interface ReferenceChain {
  readonly config: ChainConfig
  readonly verifier: SignatureVerifier
  /** Header of the block that led to the state. */
  readonly parent: BlockHeader
  readonly lineage: Bytes32
  readonly window: InboxWindow
}

function parentOf(state: State, header: BlockHeader): BlockParent {
  return { header, shardRoots: state.shards.map((shard) => ShardType.hashTreeRoot(shard)), prices: state.prices }
}

/**
 * The arbiter: checks a block against every rule, executes it on `state` and compares every root.
 * Written for clarity; its cost grows with the state.
 * @throws {BlockError} naming the first thing wrong; `state` is then of no use.
 */
export function executeBlock(state: State, block: Block, witness: BlockWitness, chain: ReferenceChain): void {
  const { header } = block
  const parent = parentOf(state, chain.parent)
  checkBlockRules(block, witness, parent, chain.window, chain.lineage, chain.config)
  const consumed = consumedItems(header, chain.parent, chain.window)
  const context = blockContext(chain.config, chain.verifier, header.timestamp, state.prices)
  const itemAt = (index: bigint): QueuedItem => consumed[Number(index - chain.parent.inboxCount)] as QueuedItem
  const roots = [...parent.shardRoots]
  block.runs.forEach((run, r) => {
    const shard = state.shards[run.shard] as Shard
    run.segments.forEach((segment, s) => {
      const place = { block: header.number, shard: run.shard, segment: s }
      try {
        executeSegment(shard, run.shard, segment.body, witness[r]?.[s] ?? [], itemAt, context)
      } catch (error) {
        if (!(error instanceof TransitionError)) throw error
        throw new BlockError({ ...place, code: 'SEGMENT_INVALID', entry: error.entry, fault: error.fault })
      }
      const expected = ShardType.hashTreeRoot(shard)
      if (!sameBytes(segment.postRoot, expected))
        throw new BlockError({ ...place, code: 'POST_ROOT', expected, received: segment.postRoot })
    })
    roots[run.shard] = run.postRoot
  })
  state.inboxCount = header.inboxCount
  state.prices = pricesAfter(state.prices, consumed)
  state.blockNumber = header.number
  state.timestamp = header.timestamp
  const expected = stateRoot(roots, state)
  if (!sameBytes(header.stateRoot, expected))
    throw new BlockError({ block: header.number, code: 'STATE_ROOT', expected, received: header.stateRoot })
}
