import { type Block, type BlockFault, type BlockWitness, limits, type Run } from '@parley/protocol'
import { BatchTrees, type ClaimParts, type ListLength, segmentsPerPage } from '@parley/protocol/fraud'
import { type Answered, anyPage } from './answered.ts'
import { coreByLengths, type KnownPart } from './core.ts'
import { type Signed, witnessByLengths } from './witness.ts'

/** Blocks that a claim says it has, and the number of segments since genesis that it follows. */
export interface Extent {
  readonly blocks: number
  readonly segmentsBefore: bigint
}

/** A fault that the lengths of a claim's lists show, whatever stands in them, and the index of its block. */
export interface ShownByLengths {
  readonly index: number
  readonly fault: BlockFault
}

/**
 * The claim by the lengths in its first pages, where they show more pages than its last header leaves room for: who says so could
 * make others ask for thirty times as much as a claim may have. Then the lengths are what is wrong.
 * @param segments - That the claim adds by its last header.
 * @returns undefined where no more pages are there than may be, or not of each block one is known.
 */
export function partsByLengths(
  count: number,
  segments: bigint,
  answered: Answered,
  core: KnownPart<Block>,
  witness: KnownPart<BlockWitness>,
): ClaimParts | undefined {
  const runs = new Map<Run, ListLength>()
  const signed = new Map<Signed, ListLength>()
  const blocks = every(count, (index) => {
    const page = anyPage(answered.core, index)
    return core.blocks[index] ?? (page && coreByLengths(page, runs))
  })
  if (blocks === undefined) return undefined
  const signatures = every(count, (index) => {
    const page = anyPage(answered.witness, index)
    return witness.blocks[index] ?? (page && witnessByLengths(page, signed))
  })
  const lengths = new Map([...core.lengths, ...witness.lengths, ...runs, ...signed])
  const parts: ClaimParts = { core: blocks, witness: signatures ?? [], lengths }
  const trees = new BatchTrees(parts)
  const most = count + Math.ceil(Number(segments) / segmentsPerPage)
  const isTooLong = [parts.core.map((block) => block.runs), parts.witness].some((part) => pagesOf(trees, part) > most)
  return isTooLong ? parts : undefined
}

/** The first fault of a kind that lengths and headers show: of counts, of the order of runs, of the witness's shape. */
export function shownByLengths(
  trees: BatchTrees,
  first: bigint,
  segmentsBefore: bigint,
  shapeFault: (index: number) => BlockFault | undefined,
): ShownByLengths | undefined {
  const { core } = trees.parts
  let before = segmentsBefore
  for (const [index, { header, runs }] of core.entries()) {
    const segments = lengthOf(trees, runs)
    const block = first + BigInt(index)
    const { segmentCount: received } = header
    const expected = before + BigInt(segments)
    if (segments > limits.segmentsPerBlock)
      return { index, fault: { code: 'BLOCK_SIZE', block, segments, maximum: limits.segmentsPerBlock } }
    if (received !== expected) return { index, fault: { code: 'SEGMENT_COUNT', block, expected, received } }
    before = received
  }
  for (const [index, { runs }] of core.entries()) {
    // Faults of shape name runs by their shards.
    const shards = runs.map(({ shard }) => shard)
    const wrong = shards.findIndex((shard, at) => at > 0 && shard <= (shards[at - 1] as number))
    const [previousShard, shard] = shards.slice(wrong - 1)
    if (wrong > 0 && previousShard !== undefined && shard !== undefined)
      return { index, fault: { code: 'RUN_ORDER', block: first + BigInt(index), shard, previousShard } }
  }
  for (const index of core.keys()) {
    const fault = shapeFault(index)
    if (fault !== undefined) return { index, fault }
  }
  return undefined
}

function every<Value>(count: number, of: (index: number) => Value | undefined): Value[] | undefined {
  const values: Value[] = []
  for (let index = 0; index < count; index += 1) {
    const value = of(index)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

const lengthOf = (trees: BatchTrees, lists: readonly (Run | Signed)[]): number =>
  lists.reduce((sum, list) => sum + trees.lengthOf(list), 0)

/** Pages that can be asked for of a part. */
const pagesOf = (trees: BatchTrees, part: readonly (readonly (Run | Signed)[])[]): number =>
  part.reduce((sum, lists) => {
    const segments = lengthOf(trees, lists)
    return sum + (segments > limits.segmentsPerBlock ? 1 : Math.max(1, Math.ceil(segments / segmentsPerPage)))
  }, 0)
