import { type Bytes32, fromSeconds } from '@parley/protocol'
import type { Logger } from 'pino'
import { type ClaimKnowledge, type Followed, knowClaim, placesAtMost, type ServedParts } from '../answers/claim.ts'
import { roundsLeft, roundsOfAsking } from '../answers/rounds-left.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import { samePlace } from '../l2/question-log.ts'
import type { VerifiedChain } from './verified-chain.ts'

export interface ClaimPiecesDeps {
  readonly l2: L2Log
  readonly chain: VerifiedChain
  readonly log: Logger
  /** What layers served of a claim that is wanted; undefined for any other. */
  readonly served: (record: ClaimRecord) => ServedParts | undefined
}

export interface ClaimPiecesOptions {
  /** Milliseconds of L2 time that a claim's data may be absent before it is asked for. */
  readonly challengeAfterMs: number
}

interface Pieced {
  readonly from: readonly unknown[]
  /** Rounds of asking that still fitted. */
  readonly rounds: number
  /** Places that were answered. */
  readonly answered: number
  readonly knowledge: ClaimKnowledge
}

/** Claims as far as they can be put together from answers on the L2 and from what layers served. */
export class ClaimPieces {
  private readonly deps: ClaimPiecesDeps
  private readonly options: ClaimPiecesOptions
  /** What was put together of claims, and from what, by the hex of their hash. */
  private readonly pieced = new Map<string, Pieced>()

  constructor(deps: ClaimPiecesDeps, options: ClaimPiecesOptions) {
    this.deps = deps
    this.options = options
  }

  /** Forgets all claims but these, by the hex of their hash. */
  keep(wanted: ReadonlySet<string>): void {
    for (const key of this.pieced.keys()) if (!wanted.has(key)) this.pieced.delete(key)
  }

  /**
   * What is known of a claim, by answers and by what was served; put together anew only once it can be more.
   * @param surveyed - What is served of a claim that is not wanted yet.
   */
  async known(record: ClaimRecord, surveyed?: ServedParts): Promise<ClaimKnowledge> {
    const { chain, l2 } = this.deps
    const served = surveyed ?? this.deps.served(record)
    // What is no longer wanted is there, or gone.
    if (served === undefined) return { claim: undefined, missing: [] }
    const from = [chain.state, served.core, served.witness, this.isLate(record)]
    const asked = await l2.asked(record.hash)
    const answered = asked.filter((each) => each.answered).length
    const rounds = this.roundsLeft(record)
    const last = this.pieced.get(hex(record.hash))
    if (last !== undefined && from.every((each, i) => each === last.from[i])) {
      // One that keeps asking for other things must not hold up the next round.
      const waited = last.knowledge.missing.filter(
        (place) => !asked.some((q) => q.answered && samePlace(q.place, place)),
      )
      const isAsked = waited.some((place) => asked.some((each) => samePlace(each.place, place)))
      if (isAsked || (rounds === last.rounds && (waited.length > 0 || answered === last.answered)))
        return last.knowledge
    }
    const knowledge = await this.know(record, served, rounds)
    this.pieced.set(hex(record.hash), { from, rounds, answered, knowledge })
    return knowledge
  }

  private roundsLeft({ claim: { claimedAt, windows } }: ClaimRecord): number {
    const time = this.deps.l2.summary?.time ?? 0n
    return roundsLeft(windows, this.options.challengeAfterMs, Number(time - fromSeconds(claimedAt)) / 1_000)
  }

  /** Whether two rounds are left in which a claim can be asked for: then it is, whatever is served, unless what it follows is verified. */
  isLate({ claim }: ClaimRecord): boolean {
    const { claimedAt, windows } = claim
    const time = this.deps.l2.summary?.time ?? 0n
    return time >= fromSeconds(claimedAt + BigInt(Math.max(0, windows.data - 2 * windows.answer)))
  }

  private async know(record: ClaimRecord, served: ServedParts, rounds: number): Promise<ClaimKnowledge> {
    const { chain, l2, log } = this.deps
    const { claim } = record
    const parent = await l2.lastHeaderBefore(claim.number)
    const count = Number(claim.lastHeader.number - (parent?.number ?? 0n))
    const { state } = chain
    const follows = state !== undefined && state.header.number === (parent?.number ?? 0n)
    const followed: Followed | undefined = follows
      ? { state, window: await chain.window(state.header, claim.lastHeader.inboxCount) }
      : undefined
    const answers = await l2.answers(record.hash)
    const told = followed === undefined && this.isLate(record) ? { core: undefined, witness: undefined } : served
    const extent = { blocks: count, segmentsBefore: parent?.segmentCount ?? 0n }
    return knowClaim(claim, extent, answers, told, followed, rounds, (error) =>
      log.error({ claim: claim.number, fault: error.toJSON() }, 'the L2 showed an answer that is none'),
    )
  }

  /** Places of a claim that have to be asked for at most. */
  async atMost(record: ClaimRecord, surveyed?: ServedParts): Promise<number> {
    const served = surveyed ?? this.deps.served(record)
    if (served === undefined) return 0
    const { core, witness } = served
    const { lastHeader, number } = record.claim
    const parent = await this.deps.l2.lastHeaderBefore(number)
    const blocks = Number(lastHeader.number - (parent?.number ?? 0n))
    const segments = lastHeader.segmentCount - (parent?.segmentCount ?? 0n)
    const isWhole = this.isLate(record) || this.roundsLeft(record) < roundsOfAsking
    return placesAtMost(blocks, segments, [core !== undefined && !isWhole, witness !== undefined && !isWhole])
  }
}

const hex = (bytes: Bytes32): string => Buffer.from(bytes).toString('hex')
