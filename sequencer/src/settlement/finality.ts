import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  type L2Position,
  type SettlementEvent,
  type SettlementPage,
  sameBytes,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import { type FinalityStore, finalClaimsKept, type StandingClaim } from '../store/finality-store.ts'
import { type FollowDeps, followL2 } from './follow.ts'

export interface FinalityDeps extends FollowDeps {
  /** Lineage that the sealed blocks are of. */
  readonly lineage: Bytes32
  /** Root of the header sealed under a number; undefined when none is or it is forgotten. */
  readonly sealedRoot: (lineage: Bytes32, number: bigint) => Promise<Bytes32 | undefined>
  readonly store: FinalityStore
  readonly moved: () => void
}

/** Follows claims at the L2's latest block: how far blocks are claimed and final. */
export class Finality {
  /** Last block of the last claim that stands; 0 when there is none. */
  claimed = 0n
  /** Last block of the last final claim; 0 when there is none. */
  final = 0n

  private cursor: L2Position | undefined
  private claims: StandingClaim[] = []
  private readonly deps: FinalityDeps

  constructor(deps: FinalityDeps) {
    this.deps = deps
  }

  /** The highest level that block `number`, sealed here, has reached as far as this is known. */
  levelOf(number: bigint): 'sealed' | 'claimed' | 'final' {
    if (number <= this.final) return 'final'
    return number <= this.claimed ? 'claimed' : 'sealed'
  }

  /** Follows until `signal`. @throws {SequencerError} `LINEAGE_CHANGED`, `CLAIM_CONTRADICTS`. */
  async follow(signal: AbortSignal): Promise<void> {
    const stored = await this.deps.store.load()
    this.cursor = stored?.cursor
    this.claims = stored?.claims ?? []
    this.measure()
    await followL2(
      this.deps,
      'latest',
      () => this.cursor,
      (page) => this.takePage(page),
      signal,
    )
  }

  private async takePage(page: SettlementPage): Promise<void> {
    for (const event of page.events) await this.takeEvent(event)
    this.cursor = page.cursor
    this.measure()
    if (page.events.length > 0) await this.deps.store.save(page.cursor, this.claims)
    this.deps.moved()
  }

  private measure(): void {
    const lastFinal = this.claims.findLastIndex((claim) => claim.finalAt !== undefined)
    this.final = this.claims[lastFinal]?.block ?? 0n
    this.claimed = this.claims.at(-1)?.block ?? 0n
    if (lastFinal > finalClaimsKept) this.claims.splice(0, lastFinal - finalClaimsKept)
  }

  private async takeEvent(event: SettlementEvent): Promise<void> {
    if (event.kind === 'removal')
      throw new SequencerError({ code: 'LINEAGE_CHANGED', expected: this.deps.lineage, received: event.lineage })
    if (event.kind === 'rollback') this.rollBack(event.to)
    if (event.kind === 'claim') {
      const { number, lastHeader } = event.claim
      await demandSealedHere(this.deps, lastHeader)
      this.claims.push({ number, block: lastHeader.number, at: event.at.blockNumber, finalAt: undefined })
    }
    if (event.kind === 'final')
      for (const claim of this.claims) if (claim.number <= event.number) claim.finalAt ??= event.at.blockNumber
  }

  private rollBack(to: L2Position): void {
    const stands = (at: bigint): boolean => at <= to.blockNumber
    this.claims = this.claims.filter(({ at }) => stands(at))
    for (const claim of this.claims)
      if (claim.finalAt !== undefined && !stands(claim.finalAt)) claim.finalAt = undefined
  }
}

/**
 * Demands that a claimed header is one sealed here: otherwise this store is not the one the claimed blocks came from, and
 * sealing on would sign second headers.
 * @throws {SequencerError} `CLAIM_CONTRADICTS`.
 */
export async function demandSealedHere(
  { lineage, sealedRoot }: Pick<FinalityDeps, 'lineage' | 'sealedRoot'>,
  header: BlockHeader,
): Promise<void> {
  const { number } = header
  const received = BlockHeaderType.hashTreeRoot(header)
  const expected = await sealedRoot(lineage, number)
  if (expected === undefined || !sameBytes(expected, received))
    throw new SequencerError({
      code: 'CLAIM_CONTRADICTS',
      block: number,
      expected: expected ?? new Uint8Array(0),
      received,
    })
}
