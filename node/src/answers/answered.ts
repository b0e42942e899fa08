import { type Bytes32, CodecError, type DataPlace } from '@parley/protocol'
import { type ClaimedRoots, type PlacedData, readAnswer } from '@parley/protocol/fraud'
import type { AnsweredPlace } from '../l2/question-log.ts'

export type CorePage = Extract<PlacedData, { kind: 'core' }>
export type WitnessPage = Extract<PlacedData, { kind: 'witness' }>

/** What is known of one part by answers: its blocks' roots, and pages by block and page. */
export interface AnsweredPart<Page> {
  roots: readonly Bytes32[] | undefined
  readonly pages: Map<number, Map<number, Page>>
}

/** Everything that was answered of a claim. */
export interface Answered {
  readonly core: AnsweredPart<CorePage>
  readonly witness: AnsweredPart<WitnessPage>
}

/**
 * Reads answers and holds them against the claim.
 * @param refused - Told of one that is not what stands there, which an L2 that checks answers does not show; it counts as not given.
 */
export function readAnswers(
  answers: readonly AnsweredPlace[],
  claimed: ClaimedRoots,
  refused: (error: CodecError) => void,
): Answered {
  const answered: Answered = {
    core: { roots: undefined, pages: new Map() },
    witness: { roots: undefined, pages: new Map() },
  }
  for (const { place, data } of answers) {
    const placed = read(data, place, claimed, refused)
    if (placed === undefined) continue
    if (placed.kind === 'list') answered[place.part === 0 ? 'core' : 'witness'].roots = placed.roots
    else if (placed.kind === 'core') putPage(answered.core, place, placed)
    else putPage(answered.witness, place, placed)
  }
  return answered
}

function read(
  data: Uint8Array,
  place: DataPlace,
  claimed: ClaimedRoots,
  refused: (error: CodecError) => void,
): PlacedData | undefined {
  try {
    return readAnswer(data, place, claimed)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    refused(error)
    return undefined
  }
}

function putPage<Page>({ pages }: AnsweredPart<Page>, { block, page }: DataPlace, placed: Page): void {
  const known = pages.get(block) ?? new Map<number, Page>()
  known.set(page, placed)
  pages.set(block, known)
}

/** A page of a block, whichever: each tells the lengths of all runs. */
export function anyPage<Page>({ pages }: AnsweredPart<Page>, block: number): Page | undefined {
  return pages.get(block)?.values().next().value
}

/** Whether of each block a page is known. */
export function hasAll<Page>(count: number, { pages }: AnsweredPart<Page>): boolean {
  return Array.from({ length: count }, (_, block) => block).every((block) => pages.has(block))
}
