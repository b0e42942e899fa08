import {
  type BlockWitness,
  BlockWitnessType,
  type Bytes32,
  type DataPlace,
  type Signature,
  sameBytes,
} from '@parley/protocol'
import { type ListLength, segmentsPerPage } from '@parley/protocol/fraud'
import { type AnsweredPart, anyPage, hasAll, type WitnessPage } from './answered.ts'
import { isOversized, type KnownPart } from './core.ts'
import { roundsOfAsking } from './rounds-left.ts'

const part = 1

/** The signatures of one run, by segment. */
export type Signed = BlockWitness[number]

/** The witness from answers: page 0 of every block, then its other pages. */
export function witnessFromPages(count: number, answered: AnsweredPart<WitnessPage>): KnownPart<BlockWitness> {
  const missing: DataPlace[] = []
  const lengths = new Map<Signed, ListLength>()
  const blocks = Array.from({ length: count }, (_, block) => {
    const known = blockFrom(block, answered, lengths)
    missing.push(...known.missing)
    return known.witness
  })
  return { blocks, missing, lengths }
}

/**
 * The witness where something was served, in whatever shapes it can be read: the list, then page 0 of the blocks that differ,
 * then their other pages. Without the list where that would be a round too many.
 * @param rounds - Rounds of asking that still fit.
 */
export function witnessFromServed(
  count: number,
  answered: AnsweredPart<WitnessPage>,
  served: readonly (readonly BlockWitness[])[],
  rounds: number,
): KnownPart<BlockWitness> {
  const { roots } = answered
  const lengths = new Map<Signed, ListLength>()
  if (roots === undefined) {
    if (rounds < roundsOfAsking || hasAll(count, answered)) return witnessFromPages(count, answered)
    return { blocks: [], missing: [{ part, block: count, page: 0 }], lengths }
  }
  const missing: DataPlace[] = []
  const blocks = Array.from({ length: count }, (_, index) => {
    const own = served.flatMap((blocks) => blocks.slice(index, index + 1)).find((block) => isAt(roots, index, block))
    if (own !== undefined) return own
    const known = blockFrom(index, answered, lengths)
    missing.push(...known.missing)
    return known.witness
  })
  return { blocks, missing, lengths }
}

const isAt = (roots: readonly Bytes32[], index: number, block: BlockWitness): boolean =>
  sameBytes(BlockWitnessType.hashTreeRoot(block), roots[index] as Bytes32)

function blockFrom(
  block: number,
  answered: AnsweredPart<WitnessPage>,
  lengths: Map<Signed, ListLength>,
): { readonly witness: BlockWitness | undefined; readonly missing: readonly DataPlace[] } {
  const any = anyPage(answered, block)
  if (any === undefined) return { witness: undefined, missing: [{ part, block, page: 0 }] }
  if (isOversized(any.runs)) return { witness: witnessByLengths(any, lengths), missing: [] }
  const pages = answered.pages.get(block)
  // The witness's own lengths count: that the core has others is what is wrong with it then.
  const segments = any.runs.reduce((sum, run) => sum + run.segments, 0)
  const count = Math.ceil(segments / segmentsPerPage)
  const missing = Array.from({ length: count }, (_, page) => page).filter((page) => pages?.get(page) === undefined)
  if (missing.length > 0) return { witness: undefined, missing: missing.map((page) => ({ part, block, page })) }
  const witness = any.runs.map((_, run) => {
    const entries: Signature[][] = []
    for (let page = 0; page < count; page += 1) entries.push(...(pages?.get(page)?.runs[run]?.entries ?? []))
    return entries
  })
  return { witness, missing: [] }
}

/** A block's signatures, of which lengths and trees alone are known. */
export function witnessByLengths({ runs }: WitnessPage, lengths: Map<Signed, ListLength>): BlockWitness {
  return runs.map(({ segments: count, tree }): Signed => {
    const signed: Signed = []
    lengths.set(signed, { count, tree })
    return signed
  })
}
