import {
  type Block,
  type BlockParent,
  type BlockSkeleton,
  type Bytes32,
  completeBlocks,
  consumedItems,
  type DataPlace,
  type InboxWindow,
  limits,
  pricesAfter,
  type Run,
  type Segment,
  sameBytes,
} from '@parley/protocol'
import { BatchTrees, type ClaimParts, type ListLength, segmentsPerPage } from '@parley/protocol/fraud'
import type { VerifiedState } from '../store/chain-records.ts'
import { type AnsweredPart, anyPage, type CorePage, hasAll } from './answered.ts'
import { roundsOfAsking } from './rounds-left.ts'

/** A part as far as it is known, and what to ask for next where it is not. */
export interface KnownPart<Value> {
  readonly blocks: readonly (Value | undefined)[]
  readonly missing: readonly DataPlace[]
  /** Of lists that stand in the blocks without what is in them: those of blocks that have more than a block may have. */
  readonly lengths: NonNullable<ClaimParts['lengths']>
}

/** Whether lists have more entries together than a block may have: nobody can be asked for them, and nobody need be. */
export const isOversized = (lists: readonly { readonly segments: number }[]): boolean =>
  lists.reduce((sum, { segments }) => sum + segments, 0) > limits.segmentsPerBlock

/** What a DA layer served in place of the core that was claimed, and what it would follow. */
export interface ServedCore {
  readonly skeletons: readonly BlockSkeleton[]
  readonly state: VerifiedState
  readonly window: InboxWindow
  readonly lineage: Bytes32
}

const part = 0

/** The core from answers alone: page 0 of every block, then its other pages. */
export function coreFromPages(count: number, answered: AnsweredPart<CorePage>): KnownPart<Block> {
  const missing: DataPlace[] = []
  const lengths = new Map<Run, ListLength>()
  const blocks = Array.from({ length: count }, (_, block) => {
    const any = anyPage(answered, block)
    if (any === undefined) {
      missing.push({ part, block, page: 0 })
      return undefined
    }
    const known = blockFrom(any, answered.pages.get(block), [], lengths)
    missing.push(...known.pages.map((page) => ({ part, block, page })))
    return known.block
  })
  return { blocks, missing, lengths }
}

/**
 * The core from answers where something was served: the list, then page 0 of the first block that differs from what its
 * completion gives, then the pages of the runs that differ. From the second such block on page 0 of all that follow is asked
 * for at once, so that rounds do not add up; from the first on where that would be a round too many, and without the list
 * where that is.
 * @param rounds - Rounds of asking that still fit.
 */
export function coreFromServed(
  count: number,
  answered: AnsweredPart<CorePage>,
  served: ServedCore,
  rounds: number,
): KnownPart<Block> {
  const { roots } = answered
  const lengths = new Map<Run, ListLength>()
  const isShort = rounds < roundsOfAsking
  if (roots === undefined && !isShort && !hasAll(count, answered))
    return { blocks: [], missing: [{ part, block: count, page: 0 }], lengths }
  const missing: DataPlace[] = []
  const blocks: (Block | undefined)[] = []
  let before: Standing = { ...served.state, window: served.window }
  let differing = 0
  for (let block = 0; block < count; block += 1) {
    const own = completed(served, block, before)
    if (own !== undefined && roots !== undefined && sameBytes(rootOf(own), roots[block] as Bytes32)) {
      blocks.push(own)
      before = standingAfter(before, own.header, own.runs)
      continue
    }
    differing += 1
    const any = anyPage(answered, block)
    if (any === undefined) {
      const last = differing === 1 && !isShort ? block + 1 : count
      for (let next = block; next < last; next += 1)
        if (anyPage(answered, next) === undefined) missing.push({ part, block: next, page: 0 })
      break
    }
    const known = blockFrom(any, answered.pages.get(block), own?.runs ?? [], lengths)
    missing.push(...known.pages.map((page) => ({ part, block, page })))
    blocks.push(known.block)
    before = standingAfter(before, any.header, any.runs)
  }
  return { blocks: Array.from({ length: count }, (_, block) => blocks[block]), missing, lengths }
}

/** The state that a block is completed on, as far as it follows from what is claimed. */
interface Standing extends BlockParent {
  readonly window: InboxWindow
}

function completed({ skeletons, lineage }: ServedCore, index: number, before: Standing): Block | undefined {
  const skeleton = skeletons[index]
  return skeleton === undefined ? undefined : completeBlocks([skeleton], before, before.window, lineage)[0]
}

function standingAfter(
  before: Standing,
  header: Block['header'],
  runs: readonly { readonly shard: number; readonly postRoot: Bytes32 }[],
): Standing {
  const items = consumedItems(header, before.header, before.window)
  const shardRoots = [...before.shardRoots]
  for (const { shard, postRoot } of runs) shardRoots[shard] = postRoot
  return {
    header,
    prices: pricesAfter(before.prices, items),
    shardRoots,
    window: { waiting: before.window.waiting.slice(items.length), hashBefore: header.inboxHash },
  }
}

const rootOf = (block: Block): Bytes32 => new BatchTrees({ core: [block], witness: [] }).roots('core')[0] as Bytes32

/** A block from its pages and from runs that may be its own. @returns what is missing where it is not known. */
function blockFrom(
  any: CorePage,
  pages: ReadonlyMap<number, CorePage> | undefined,
  own: Block['runs'],
  lengths: Map<Run, ListLength>,
): { readonly block: Block | undefined; readonly pages: readonly number[] } {
  if (isOversized(any.runs)) return { block: coreByLengths(any, lengths), pages: [] }
  const missing = new Set<number>()
  let passed = 0
  const runs = any.runs.map(({ shard, postRoot, segments: count, tree }, index) => {
    const first = passed
    passed += count
    const same = own.find((run) => run.shard === shard && run.segments.length === count)
    if (same !== undefined && sameBytes(new BatchTrees({ core: [], witness: [] }).segmentsTree(same), tree))
      return { shard, postRoot, segments: same.segments }
    const segments: Segment[] = []
    for (let page = Math.floor(first / segmentsPerPage); page * segmentsPerPage < first + count; page += 1) {
      const known = pages?.get(page)
      if (known === undefined) missing.add(page)
      else segments.push(...(known.runs[index]?.entries ?? []))
    }
    return { shard, postRoot, segments }
  })
  const block = missing.size === 0 ? { header: any.header, runs } : undefined
  return { block, pages: [...missing] }
}

/** A block whose runs stand there by their lengths and trees alone. */
export function coreByLengths({ header, runs }: CorePage, lengths: Map<Run, ListLength>): Block {
  const known = runs.map(({ shard, postRoot, segments: count, tree }): Run => {
    const run = { shard, postRoot, segments: [] }
    lengths.set(run, { count, tree })
    return run
  })
  return { header, runs: known }
}
