import {
  type Block,
  type BlockWitness,
  BlockWitnessType,
  type Bytes32,
  type DataPlace,
  type Signature,
  sameBytes,
} from '@parley/protocol'
import { type ListLength, pagesOf, segmentsPerPage } from '@parley/protocol/fraud'
import { type AnsweredPart, anyPage, type WitnessPage } from './answered.ts'
import { isOversized, type KnownPart } from './core.ts'

const part = 1

/** The signatures of one run, by segment. */
type Signed = BlockWitness[number]

/** The witness from answers: all pages of every block at once where the core tells how many there are, otherwise page 0 first. */
export function witnessFromPages(
  count: number,
  answered: AnsweredPart<WitnessPage>,
  core: readonly (Pick<Block, 'runs'> | undefined)[],
): KnownPart<BlockWitness> {
  const missing: DataPlace[] = []
  const lengths = new Map<Signed, ListLength>()
  const blocks = Array.from({ length: count }, (_, block) => {
    const known = blockFrom(block, answered, core[block], lengths)
    missing.push(...known.missing)
    return known.witness
  })
  return { blocks, missing, lengths }
}

/** The witness where something was served in the core's shape: the list, then the pages of the blocks that differ. */
export function witnessFromServed(
  answered: AnsweredPart<WitnessPage>,
  core: readonly Pick<Block, 'runs'>[],
  served: readonly BlockWitness[],
): KnownPart<BlockWitness> {
  const { roots } = answered
  const lengths = new Map<Signed, ListLength>()
  if (roots === undefined) return { blocks: [], missing: [{ part, block: core.length, page: 0 }], lengths }
  const missing: DataPlace[] = []
  const blocks = core.map((block, index) => {
    const own = served[index]
    if (own !== undefined && sameBytes(BlockWitnessType.hashTreeRoot(own), roots[index] as Bytes32)) return own
    const known = blockFrom(index, answered, block, lengths)
    missing.push(...known.missing)
    return known.witness
  })
  return { blocks, missing, lengths }
}

function blockFrom(
  block: number,
  answered: AnsweredPart<WitnessPage>,
  core: Pick<Block, 'runs'> | undefined,
  lengths: Map<Signed, ListLength>,
): { readonly witness: BlockWitness | undefined; readonly missing: readonly DataPlace[] } {
  const any = anyPage(answered, block)
  if (any !== undefined && isOversized(any.runs)) {
    const witness = any.runs.map(({ segments: count, tree }): Signed => {
      const signed: Signed = []
      lengths.set(signed, { count, tree })
      return signed
    })
    return { witness, missing: [] }
  }
  const pages = answered.pages.get(block)
  const expected = core === undefined ? 1 : pagesOf(core)
  const segments = any?.runs.reduce((sum, run) => sum + run.segments, 0)
  // The witness's own lengths count: that the core has others is what is wrong with it then.
  const count = segments === undefined ? expected : Math.max(1, Math.ceil(segments / segmentsPerPage))
  const missing = Array.from({ length: count }, (_, page) => page).filter((page) => pages?.get(page) === undefined)
  if (any === undefined || (missing.length > 0 && (segments ?? 0) > 0))
    return { witness: undefined, missing: missing.map((page) => ({ part, block, page })) }
  const witness = any.runs.map((_, run) => {
    const entries: Signature[][] = []
    for (let page = 0; page < count; page += 1) entries.push(...(pages?.get(page)?.runs[run]?.entries ?? []))
    return entries
  })
  return { witness, missing: [] }
}
