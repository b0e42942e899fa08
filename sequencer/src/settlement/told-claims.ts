import { BlockHeaderType, type SettlementEvent } from '@parley/protocol'
import type { ToldClaim } from '../store/stored-claims.ts'

/** Claims remembered before the last final one, so that a rollback can open them again. */
const finalClaimsKept = 1024

/** The claims that the L2 told, through removals and rollbacks. */
export class ToldClaims {
  private claims: readonly ToldClaim[]

  constructor(claims: readonly ToldClaim[] = []) {
    this.claims = claims
  }

  get all(): readonly ToldClaim[] {
    return this.claims
  }

  /** Last block of the last claim that stands; 0 when there is none. */
  get claimed(): bigint {
    return this.claims.findLast(({ removedAt }) => removedAt === undefined)?.block ?? 0n
  }

  /** Last block of the last final claim; 0 when there is none. */
  get final(): bigint {
    return this.claims.findLast(isFinal)?.block ?? 0n
  }

  /** The claim that stands under a number, if one does. */
  standing(number: bigint): ToldClaim | undefined {
    return this.claims.find((claim) => claim.number === number && claim.removedAt === undefined)
  }

  /** A copy that can be changed while this one is still in force. */
  copy(): ToldClaims {
    return new ToldClaims(this.claims)
  }

  /** Takes an event in. @returns whether it is about claims. */
  take(event: SettlementEvent): boolean {
    switch (event.kind) {
      case 'claim': {
        const { number, lastHeader } = event.claim
        const root = BlockHeaderType.hashTreeRoot(lastHeader)
        const told = { number, block: lastHeader.number, root, at: event.at.blockNumber }
        this.claims = [...this.claims, { ...told, finalAt: undefined, removedAt: undefined }]
        return true
      }
      case 'removal':
        this.change(({ number }) => number > event.standing, { removedAt: event.at.blockNumber })
        return true
      case 'final':
        this.change(({ number, finalAt }) => number <= event.number && finalAt === undefined, {
          finalAt: event.at.blockNumber,
        })
        this.trim()
        return true
      case 'rollback':
        return this.rollBack(event.to.blockNumber)
      case 'item':
      case 'key':
      case 'rules':
      case 'rules withdrawn':
      case 'challenge':
      case 'answer':
      case 'rescue':
        return false
    }
  }

  private change(which: (claim: ToldClaim) => boolean, to: Partial<ToldClaim>): void {
    this.claims = this.claims.map((claim) =>
      claim.removedAt === undefined && which(claim) ? { ...claim, ...to } : claim,
    )
  }

  private rollBack(to: bigint): boolean {
    const upTo = (at: bigint | undefined): bigint | undefined => (at === undefined || at > to ? undefined : at)
    const before = this.claims
    this.claims = before
      .filter(({ at }) => at <= to)
      .map((claim) => ({ ...claim, finalAt: upTo(claim.finalAt), removedAt: upTo(claim.removedAt) }))
    return before.length > 0
  }

  private trim(): void {
    const forget = this.claims.findLastIndex(isFinal) - finalClaimsKept
    if (forget > 0) this.claims = this.claims.slice(forget)
  }
}

function isFinal({ finalAt, removedAt }: ToldClaim): boolean {
  return finalAt !== undefined && removedAt === undefined
}
