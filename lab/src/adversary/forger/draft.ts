import {
  type Block,
  type BlockHeader,
  type BlockWitness,
  type Body,
  BodyKind,
  type Bytes32,
  type ChainConfig,
  completeBlocks,
  consumedItems,
  type InboxWindow,
  pricesAfter,
  type QueuedItem,
  type Shard,
  ShardType,
  type Signature,
  type SignatureVerifier,
  type State,
  type StateOfRoots,
  StateOfRootsType,
} from '@parley/protocol'
import { type BlockContext, blockContext, executeSegment } from '@parley/protocol/reference'

/** What a batch stands on: the state that the claim before it ends with, as values. */
export interface Ground {
  readonly config: ChainConfig
  readonly lineage: Bytes32
  readonly parent: BlockHeader
  readonly state: State
  /** Every item that the parent has not consumed, as far as a block of the batch may name one. */
  readonly window: InboxWindow
  readonly verifier: SignatureVerifier
}

export interface DraftSegment {
  body: Body
  signatures: Signature[]
  /** What the liar does to the shard before it is executed, and after. */
  before?: (shard: Shard) => void
  after?: (shard: Shard, untouched: Shard) => void
}

export interface DraftRun {
  shard: number
  segments: DraftSegment[]
}

/** A block as it is told, before it is executed: all that a liar chooses. */
export interface DraftBlock {
  timestamp: bigint
  inboxCount: bigint
  runs: DraftRun[]
  /** What the liar does to what the state's root is made of. @param before - Roots of the shards before the block. */
  state?: (rest: StateOfRoots, before: readonly Bytes32[]) => void
}

/** What is claimed: whole blocks, and the header that the claim says is the last. */
export interface Batch {
  core: Block[]
  witness: BlockWitness[]
  last: BlockHeader
  /** The state that they lead to, the lie included. */
  readonly after: State
}

/** Blocks that were sealed, to be told otherwise. */
export function draftOf(sealed: readonly { readonly block: Block; readonly witness: BlockWitness }[]): DraftBlock[] {
  return sealed.map(({ block: { header, runs }, witness }) => ({
    timestamp: header.timestamp,
    inboxCount: header.inboxCount,
    runs: runs.map(({ shard, segments }, r) => ({
      shard,
      segments: segments.map(({ body }, s) => ({
        body: structuredClone(body),
        signatures: structuredClone(witness[r]?.[s] ?? []),
      })),
    })),
  }))
}

/**
 * Executes a draft by the reference transition, with what the liar does in between, and completes it: every root and every
 * header is what follows from the false state, so that nothing but the lie is wrong where it stands.
 */
export function complete(ground: Ground, drafts: readonly DraftBlock[]): Batch {
  const state = structuredClone(ground.state)
  const roots = state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  let { window } = ground
  let parent: Pick<BlockHeader, 'inboxCount'> = ground.parent
  const skeletons = drafts.map((draft) => {
    const context = blockContext(ground.config, ground.verifier, draft.timestamp, state.prices)
    const before = [...roots]
    const runs = draft.runs.map(({ shard: index, segments }) => {
      const shard = state.shards[index] as Shard
      const told = segments.map((segment) => {
        executeDraft(ground, shard, index, segment, context)
        return { body: segment.body, postRoot: ShardType.hashTreeRoot(shard) }
      })
      roots[index] = told.at(-1)?.postRoot ?? (roots[index] as Bytes32)
      return { shard: index, segments: told }
    })
    const items = consumedItems(draft, parent, window)
    window = {
      waiting: window.waiting.slice(items.length),
      hashBefore: items.at(-1)?.inboxHash ?? window.hashBefore,
    }
    parent = draft
    state.inboxCount = draft.inboxCount
    state.prices = pricesAfter(state.prices, items)
    state.blockNumber += 1n
    state.timestamp = draft.timestamp
    const rest: StateOfRoots = { ...state, shards: [...roots] }
    draft.state?.(rest, before)
    const { timestamp, inboxCount } = draft
    return { timestamp, inboxCount, runs, stateRoot: StateOfRootsType.hashTreeRoot(rest) }
  })
  const standing = {
    header: ground.parent,
    shardRoots: ground.state.shards.map((shard) => ShardType.hashTreeRoot(shard)),
    prices: ground.state.prices,
  }
  const core = completeBlocks(skeletons, standing, ground.window, ground.lineage)
  const witness = drafts.map(({ runs }) => runs.map(({ segments }) => segments.map(({ signatures }) => signatures)))
  return { core, witness, last: structuredClone((core.at(-1) as Block).header), after: state }
}

/** Nobody looks at signatures when lying; those of items decide whether they apply. */
const anySignature: SignatureVerifier = { name: 'any', verifyMember: () => true, verifyOwner: () => true }

/** Executes one segment, or leaves the shard alone where it cannot be executed at all. */
function executeDraft(
  { window, parent }: Ground,
  shard: Shard,
  index: number,
  segment: DraftSegment,
  context: BlockContext,
): void {
  const untouched = ShardType.clone(shard)
  segment.before?.(shard)
  const standing = ShardType.clone(shard)
  const { body, signatures } = segment
  const asked = body.selector === BodyKind.inboxItem ? context : { ...context, verifier: anySignature }
  const itemAt = (item: bigint): QueuedItem => {
    const queued = window.waiting[Number(item - parent.inboxCount)]
    if (queued === undefined) throw new RangeError(`no item ${item}`)
    return queued
  }
  try {
    executeSegment(shard, index, body, signatures, itemAt, asked)
  } catch {
    // What the transition refuses is told all the same, as if it had done nothing.
    Object.assign(shard, standing)
  }
  segment.after?.(shard, untouched)
}
