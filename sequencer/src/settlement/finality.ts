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
import { hexOf } from '../hex.ts'
import type { FinalityStore } from '../store/finality-store.ts'
import { type BlockTime, l2ToleranceMs } from './block-time.ts'
import { type FollowDeps, followL2, L2Fault } from './follow.ts'
import { ToldClaims } from './told-claims.ts'

/** Root of the header signed here for a lineage and number; undefined when none was. */
export type SealedRoot = (lineage: Bytes32, number: bigint) => Promise<Bytes32 | undefined>

export interface FinalityDeps extends FollowDeps {
  readonly sealedRoot: SealedRoot
  readonly store: FinalityStore
  readonly moved: () => void
  /** Told the time of the L2's head. */
  readonly time: Pick<BlockTime, 'told'>
  /** Told what each page holds. */
  readonly took: (events: readonly SettlementEvent[]) => void
}

/** Follows claims at the L2's latest block: how far blocks are claimed and final. */
export class Finality {
  readonly fault = new L2Fault()

  private cursor: L2Position | undefined
  private claims = new ToldClaims()
  private clockDiffers = false
  /** Headers of claims that stand as far as they are told, and were not looked for yet. */
  private unasked: ClaimedHeader[] = []
  private readonly deps: FinalityDeps

  constructor(deps: FinalityDeps) {
    this.deps = deps
  }

  /** Last block of the last claim that stands; 0 when there is none. */
  get claimed(): bigint {
    return this.claims.claimed
  }

  /** Last block of the last final claim; 0 when there is none. */
  get final(): bigint {
    return this.claims.final
  }

  /** The highest level that block `number`, sealed here, has reached as far as this is known. */
  levelOf(number: bigint): 'sealed' | 'claimed' | 'final' {
    if (number <= this.final) return 'final'
    return number <= this.claimed ? 'claimed' : 'sealed'
  }

  /** Follows until `signal`. @throws {SequencerError} `CLAIM_CONTRADICTS`. */
  async follow(signal: AbortSignal): Promise<void> {
    const stored = await this.deps.store.load()
    this.cursor = stored?.cursor
    this.claims = new ToldClaims(stored?.claims)
    this.deps.moved()
    await followL2(
      this.deps,
      'latest',
      () => this.cursor,
      (page) => this.takePage(page),
      this.fault,
      signal,
    )
  }

  /** Blocks are not given such a clock's time, but whoever minds the machine wants to know. */
  private watchClock(l2Time: bigint): void {
    const { clock, log } = this.deps
    const aheadMs = clock.now() - Number(l2Time)
    const differs = Math.abs(aheadMs) > l2ToleranceMs
    if (differs && !this.clockDiffers) log.warn({ aheadMs, toleranceMs: l2ToleranceMs }, 'the clock is not the L2’s')
    this.clockDiffers = differs
  }

  private async takePage(page: SettlementPage): Promise<void> {
    for (const event of page.events) {
      this.note(event)
      this.claims.take(event)
    }
    this.deps.took(page.events)
    if (page.caughtUp) {
      // A claim that was removed contradicts nothing any more: its lineage is over.
      for (const { header } of this.unasked) await assertSealedHere(this.deps.sealedRoot, header)
      this.unasked = []
      this.watchClock(page.time)
      this.deps.time.told(page.time)
    }
    this.cursor = page.cursor
    if (page.events.length > 0) await this.deps.store.save(page.cursor, this.claims.all)
    this.deps.moved()
  }

  /** Keeps what there is to look for once the L2 was read to its head. */
  private note(event: SettlementEvent): void {
    if (event.kind === 'claim')
      this.unasked.push({ number: event.claim.number, at: event.at.blockNumber, header: event.claim.lastHeader })
    // Nobody sealed what a rescue claimed.
    else if (event.kind === 'rescue') this.unasked = this.unasked.filter(({ number }) => number !== event.number)
    else if (event.kind === 'removal') this.unasked = this.unasked.filter(({ number }) => number <= event.standing)
    else if (event.kind === 'rollback') this.unasked = this.unasked.filter(({ at }) => at <= event.to.blockNumber)
  }
}

/** A claim's last header, and the L2 block that has the claim. */
interface ClaimedHeader {
  readonly number: bigint
  readonly at: bigint
  readonly header: BlockHeader
}

/**
 * Demands that a claimed header is one sealed here: otherwise this store is not the one the claimed blocks came from, and
 * sealing on would sign second headers.
 * @throws {SequencerError} `CLAIM_CONTRADICTS`.
 */
export async function assertSealedHere(sealedRoot: SealedRoot, header: BlockHeader): Promise<void> {
  const { lineage, number } = header
  const received = BlockHeaderType.hashTreeRoot(header)
  const expected = await sealedRoot(lineage, number)
  if (expected === undefined || !sameBytes(expected, received))
    throw new SequencerError({
      code: 'CLAIM_CONTRADICTS',
      block: number,
      expected: hexOf(received),
      here: expected === undefined ? 'none' : hexOf(expected),
    })
}
