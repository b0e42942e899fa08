import type { BatchClaim, L2Position, SettlementEvent, SettlementReader } from '@parley/protocol'

/** A claim that stands on the L2. */
export interface StandingClaim {
  readonly claim: BatchClaim
  readonly at: L2Position
}

/** The claims of a deployment as the L2 tells them, through removals and reorganisations. */
export class ClaimsView {
  /** By number, from 1, without gaps. */
  readonly claims: StandingClaim[] = []
  /** Number of the latest final claim. */
  finalNumber = 0n
  private finals: { readonly number: bigint; readonly at: L2Position }[] = []

  apply(event: SettlementEvent): void {
    if (event.kind === 'claim') this.claims.push({ claim: event.claim, at: event.at })
    else if (event.kind === 'final') this.finals.push({ number: event.number, at: event.at })
    else if (event.kind === 'removal') this.keep(({ claim }) => claim.number <= event.standing)
    else if (event.kind === 'rollback') {
      const stands = (at: L2Position): boolean => at.blockNumber <= event.to.blockNumber
      this.keep(({ at }) => stands(at))
      this.finals = this.finals.filter(({ at }) => stands(at))
    }
    this.finalNumber = this.finals.at(-1)?.number ?? 0n
  }

  /** Last block that is claimed; 0 before the first claim. */
  get claimedBlock(): bigint {
    return this.claims.at(-1)?.claim.lastHeader.number ?? 0n
  }

  /** Last block that is final. */
  get finalBlock(): bigint {
    return this.claims[Number(this.finalNumber) - 1]?.claim.lastHeader.number ?? 0n
  }

  private keep(stands: (standing: StandingClaim) => boolean): void {
    const kept = this.claims.filter(stands)
    this.claims.splice(0, this.claims.length, ...kept)
  }
}

/** Follows the L2's latest block until `signal`. */
export async function watchClaims(
  reader: SettlementReader,
  onChange: (view: ClaimsView) => void,
  signal: AbortSignal,
): Promise<void> {
  const view = new ClaimsView()
  try {
    for await (const { events } of reader.follow(undefined, 'latest', signal)) {
      for (const event of events) view.apply(event)
      onChange(view)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
