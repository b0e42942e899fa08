import {
  type BatchClaim,
  type BatchColumns,
  type Block,
  type BlockFault,
  type BlockSkeleton,
  type BlockWitness,
  CodecError,
  completeBlocks,
  coreRoot,
  type DataPlace,
  decodeWitness,
  type InboxWindow,
  limits,
  sameBytes,
  skeletonOf,
  skeletonsOf,
  type ViewedBlock,
  viewOfBlock,
  witnessRoot,
} from '@parley/protocol'
import { BatchTrees, type ClaimParts, segmentsPerPage } from '@parley/protocol/fraud'
import type { AnsweredPlace } from '../l2/question-log.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import { type Answered, readAnswers } from './answered.ts'
import { type Extent, partsByLengths, type ShownByLengths, shownByLengths } from './by-lengths.ts'
import { coreFromPages, coreFromServed, isOversized, type KnownPart } from './core.ts'
import { witnessFromPages, witnessFromServed } from './witness.ts'

/** What DA layers served of a claim, decoded where it decodes, not compared with its roots; `unread` where it was not kept. */
export interface ServedParts {
  readonly core: BatchColumns | 'unread' | undefined
  readonly witness: Uint8Array | 'unread' | undefined
}

/** What a claim follows; undefined while that is not verified. */
export interface Followed {
  readonly state: VerifiedState
  readonly window: InboxWindow
}

/** A claim put together from answers and what was served. */
export interface AnsweredClaim {
  readonly blocks: readonly ViewedBlock[]
  /** What the claim commits to. A block whose witness has another shape than its core is viewed without signatures. */
  readonly parts: ClaimParts
  /** What is wrong with the lengths of a block's lists, by the block's index. */
  readonly misshapen: ReadonlyMap<number, BlockFault>
  /** There where lists are known by their lengths alone: the fault that these show, or none where the last header is another. */
  readonly byLengths?: readonly ShownByLengths[]
}

export type ClaimKnowledge =
  | { readonly claim: AnsweredClaim; readonly missing: readonly [] }
  | { readonly claim: undefined; readonly missing: readonly DataPlace[] }

/**
 * Puts a claim together as far as its data is known, and says what to ask for next.
 * @param extent - Blocks that the claim says it has, and what it follows.
 * @param rounds - Rounds of asking that still fit.
 * @param refused - Told of what the L2 took for an answer and is none.
 */
export function knowClaim(
  claim: BatchClaim,
  extent: Extent,
  answers: readonly AnsweredPlace[],
  served: ServedParts,
  followed: Followed | undefined,
  rounds: number,
  refused: (error: CodecError) => void,
): ClaimKnowledge {
  const { coreRoot, witnessRoot } = claim
  const { blocks: count, segmentsBefore } = extent
  const answered = readAnswers(answers, { coreRoot, witnessRoot, blocks: count }, refused)
  const core = knowCore(claim, count, answered, served, followed, rounds)
  const known = whole(core)
  if (known !== undefined && known.length !== count)
    return { claim: claimFrom(claim, { core: known, witness: [] }), missing: [] }
  const witness = knowWitness(claim, count, answered, served, core, followed !== undefined, rounds)
  const signed = whole(witness)
  if (known === undefined || signed === undefined) {
    const segments = claim.lastHeader.segmentCount - segmentsBefore
    const parts = partsByLengths(count, segments, answered, core, witness)
    if (parts === undefined) return { claim: undefined, missing: [...core.missing, ...witness.missing] }
    return { claim: claimByLengths(claim, parts, segmentsBefore), missing: [] }
  }
  const lengths = new Map([...core.lengths, ...witness.lengths])
  return {
    claim: claimFrom(claim, { core: known, witness: signed, ...(lengths.size > 0 && { lengths }) }),
    missing: [],
  }
}

function whole<Value>({ blocks, missing }: KnownPart<Value>): readonly Value[] | undefined {
  if (missing.length > 0 || blocks.length === 0 || blocks.includes(undefined)) return undefined
  return blocks as readonly Value[]
}

const nothing = { blocks: [], missing: [], lengths: new Map() } as const

function knowCore(
  claim: BatchClaim,
  count: number,
  { core: answered }: Answered,
  { core: columns }: ServedParts,
  followed: Followed | undefined,
  rounds: number,
): KnownPart<Block> {
  if (columns === undefined) return coreFromPages(count, answered)
  // What was served may be right: that shows once what it follows is known.
  if (followed === undefined || columns === 'unread') return nothing
  const { state, window } = followed
  const { lineage } = claim
  const skeletons = skeletonsOf(columns)
  const own = completeBlocks(skeletons, state, window, lineage)
  if (sameBytes(coreRoot(own), claim.coreRoot)) return { ...nothing, blocks: own }
  return coreFromServed(count, answered, { skeletons, state, window, lineage }, rounds)
}

function knowWitness(
  claim: BatchClaim,
  count: number,
  { witness: answered }: Answered,
  { core: columns, witness: bytes }: ServedParts,
  core: KnownPart<Block>,
  isFollowed: boolean,
  rounds: number,
): KnownPart<BlockWitness> {
  if (bytes === 'unread') return nothing
  if (bytes === undefined) return witnessFromPages(count, answered)
  const known = whole(core)
  if (known === undefined) {
    // Without a core nothing tells what was served: what shows it is asked for meanwhile, so that rounds do not add up.
    if (columns === undefined) return witnessFromServed(count, answered, [], rounds)
    // Whether a served core is the claim's shows once what it follows is known.
    if (columns === 'unread' || !isFollowed) return nothing
  }
  // In the shape of the claim's core, and of the one that is served beside it: the claim's witness may have either.
  const shapes = [known?.map(skeletonOf), typeof columns === 'object' ? skeletonsOf(columns) : undefined]
  const served = shapes.flatMap((shape) => (shape === undefined ? [] : (decoded(bytes, shape) ?? [])))
  const right = served.find((each) => sameBytes(witnessRoot(each), claim.witnessRoot))
  if (right !== undefined) return { ...nothing, blocks: right }
  return served.length === 0 ? witnessFromPages(count, answered) : witnessFromServed(count, answered, served, rounds)
}

function decoded(bytes: Uint8Array, skeletons: readonly BlockSkeleton[]): [readonly BlockWitness[]] | undefined {
  try {
    return [decodeWitness(bytes, skeletons)]
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

function claimFrom({ lastHeader }: BatchClaim, parts: ClaimParts): AnsweredClaim {
  const { core, witness } = parts
  const trees = new BatchTrees(parts)
  const misshapen = new Map<number, BlockFault>()
  const first = lastHeader.number - BigInt(core.length) + 1n
  const blocks = core.map((block, index) => {
    const signed = witness[index]
    const fault = lengthFault(trees, index, first + BigInt(index))
    if (fault !== undefined) misshapen.set(index, fault)
    return viewOfBlock(block, signed === undefined || fault !== undefined ? unsigned(block) : signed)
  })
  return { blocks, parts, misshapen }
}

function claimByLengths({ lastHeader }: BatchClaim, parts: ClaimParts, segmentsBefore: bigint): AnsweredClaim {
  const trees = new BatchTrees(parts)
  const first = lastHeader.number - BigInt(parts.core.length) + 1n
  const shown = shownByLengths(trees, first, segmentsBefore, (index) =>
    lengthFault(trees, index, first + BigInt(index)),
  )
  const blocks = parts.core.map((block) => viewOfBlock(block, unsigned(block)))
  return { blocks, parts, misshapen: new Map(), byLengths: shown === undefined ? [] : [shown] }
}

const unsigned = ({ runs }: Block): BlockWitness => runs.map(({ segments }) => segments.map(() => []))

/** What is wrong with the numbers of runs and segments; those of signatures are looked at where rules are checked. */
function lengthFault(trees: BatchTrees, index: number, block: bigint): BlockFault | undefined {
  const { runs } = trees.parts.core[index] as Block
  const counts = runs.map((run) => ({ shard: run.shard, segments: trees.lengthOf(run) }))
  if (isOversized(counts)) {
    const segments = counts.reduce((sum, each) => sum + each.segments, 0)
    return { code: 'BLOCK_SIZE', block, segments, maximum: limits.segmentsPerBlock }
  }
  const witness = trees.parts.witness[index]
  if (witness === undefined) return undefined
  const code = 'WITNESS_SHAPE'
  if (witness.length !== runs.length) return { code, block, expected: runs.length, received: witness.length }
  for (const [run, { shard, segments }] of counts.entries()) {
    const received = trees.lengthOf(witness[run] as BlockWitness[number])
    if (received !== segments) return { code, block, shard, expected: segments, received }
  }
  return undefined
}

/** A list, page 0 of a block, and all other pages of it. */
const placesOfBlock = 34

/**
 * Places that have to be asked for at most.
 * @param served - Of each part whether something was served, in which case one block of it is asked for as a rule.
 */
export function placesAtMost(blocks: number, segments: bigint, served: readonly boolean[]): number {
  const whole = blocks + Math.ceil(Number(segments) / segmentsPerPage)
  return served.reduce((sum, isServed) => sum + (isServed ? placesOfBlock : whole), 0)
}
