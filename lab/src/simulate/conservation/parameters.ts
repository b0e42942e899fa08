import type { BulkParameters } from '../model/bulk-pricing.ts'
import type { DemandCurve } from '../model/demand.ts'
import type { ReputationParameters } from '../model/reputation.ts'
import type { ReimbursementBounds } from '../model/treasury.ts'

const day = 86_400

/** What the contracts are deployed with: odd numbers, for they leave remainders. */
export const registrationFee = 10n ** 12n + 3n
export const protocolShare = 703n

export const commonCurve: DemandCurve = {
  minFee: 1_000_000_007n,
  maxFee: 10n ** 15n,
  target: 3,
  period: 3_600,
  fraction: 5,
}

export const bulkParameters: BulkParameters = {
  base: 1_000_003n,
  unit: 2_000_000_011n,
  maxPart: 10n ** 13n,
  stakePerInvite: 10n ** 14n,
  stakePerSender: 3n * 10n ** 14n,
  epoch: day / 4,
  invites: 2,
  senders: 1,
  steepness: 3,
}

export const reputationParameters: ReputationParameters = {
  newcomer: 70_007,
  maturity: 30 * day,
  matureStake: 10n ** 15n,
  attestation: 6_000,
}

export const reimbursementBounds: ReimbursementBounds = {
  perRecord: 10n ** 13n,
  perPeriod: 3n * 10n ** 13n,
  period: day,
  incomeShare: 8_000,
}

export const unbondingDelay = day

/** The sharing gate's. */
export const sharingGate = { fee: 7_000_000_000_001n, basisPoints: 1_000n } as const

/** Of the governance: seconds from proposal to vote, of the vote, left to vote at least, and from its end until it may be done. */
export const voting = { delay: 60, period: 6 * 3_600, extension: 600, timelock: 3_600 } as const
