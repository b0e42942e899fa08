/** Of the data committee; amounts in wei, times in seconds. @see docs/spec/da-committee.md#epochs */
export interface CommitteePreset {
  /** What each member has at stake when an epoch is announced. */
  readonly stake: bigint
  /** What each signer loses when a chunk is not answered. */
  readonly fault: bigint
  /** From the announcement of an epoch to its beginning. */
  readonly notice: number
  /** For which certificates of an epoch still count after its end. */
  readonly grace: number
  /** From a claim to the end of its certificate at most. */
  readonly maxRetention: number
  /** From a challenge of a chunk to its last answer. */
  readonly answerWindow: number
}

/** Of the contact directory. */
export interface ContactsPreset {
  /** Wei: 0, or 10^9 to 10^17. */
  readonly registrationFee: bigint
}

/** Of the public inbox. */
export interface InvitesPreset {
  /** The protocol's part of what gates ask, 0 to 2,000 hundredths of a percent. */
  readonly protocolShare: number
  /** How the fee of an inbox without a gate of its own follows its demand. */
  readonly curve: DemandCurve
}

/** Fees in wei, the period in seconds. */
export interface DemandCurve {
  readonly minFee: bigint
  readonly maxFee: bigint
  /** Invites a period that leave the fee alone. */
  readonly target: number
  readonly period: number
  /** Invites beyond the target that multiply the fee by e. */
  readonly fraction: number
}

/** Of stakes, reputation and bulk pricing; amounts in wei, times in seconds. @see docs/spec/economics.md */
export interface ReputationPreset {
  readonly unbondingDelay: number
  readonly parameters: {
    /** Hundredths of a percent: how many times the unit an account without repute pays. */
    readonly newcomer: number
    readonly maturity: number
    readonly matureStake: bigint
    /** Hundredths of a percent of full repute. */
    readonly attestation: number
  }
  readonly bulk: {
    readonly base: bigint
    readonly unit: bigint
    readonly maxPart: bigint
    readonly stakePerInvite: bigint
    readonly stakePerSender: bigint
    readonly epoch: number
    readonly invites: number
    readonly senders: number
    readonly steepness: number
  }
}

/** Of the treasury and its governance; amounts in wei, times in seconds. */
export interface TreasuryPreset {
  /** All votes that there ever are, of 18 decimals. */
  readonly supply: bigint
  /** Seconds that what was voted stands before it is done. */
  readonly timelockDelay: number
  /** Seconds that no vote shortens it below: above the force delay, so that users can leave before anything voted is done. */
  readonly leastTimelockDelay: number
  readonly governor: GovernorPreset
  /** Up to where the operator is reimbursed. */
  readonly bounds: {
    readonly perRecord: bigint
    readonly perPeriod: bigint
    readonly period: number
    /** Hundredths of a percent of all income. */
    readonly incomeShare: number
  }
}

export interface GovernorPreset {
  /** From the proposal to the vote. */
  readonly votingDelay: number
  readonly votingPeriod: number
  /** Votes that a proposer must have. */
  readonly threshold: bigint
  /** Percent of all votes that must be for a proposal or abstain. */
  readonly quorum: number
  /** Seconds that remain at least to vote once the quorum is there. */
  readonly extension: number
}

const hours = 3600
const days = 24 * hours
const gwei = 10n ** 9n
const ether = 10n ** 18n

/** A day to answer, since the L2's forced inclusion takes half of one. */
export const committee: CommitteePreset = {
  stake: 10n * ether,
  fault: 1n * ether,
  notice: 1 * days,
  grace: 1 * days,
  maxRetention: 21 * days,
  answerWindow: 1 * days,
}

/** An epoch begins and an answer is late while one watches; data is kept as long as batchers ask of every layer. */
export const devCommittee: CommitteePreset = {
  stake: ether,
  fault: ether / 10n,
  notice: 5,
  grace: 30,
  maxRetention: 2 * days,
  answerWindow: 20,
}

export const contacts: ContactsPreset = { registrationFee: ether / 1000n }

/** People get some twenty invites a day; forty more make them e times as expensive. */
export const invites: InvitesPreset = {
  protocolShare: 1000,
  curve: { minFee: 200n * gwei, maxFee: ether / 1000n, target: 20, period: 1 * days, fraction: 40 },
}

/** Two strangers a day for the base; from there on the part grows steeply, and for newcomers a thousandfold. */
export const reputation: ReputationPreset = {
  unbondingDelay: 30 * days,
  parameters: { newcomer: 10_000_000, maturity: 90 * days, matureStake: 10n * ether, attestation: 10_000 },
  bulk: {
    base: 10n * gwei,
    unit: 150n * gwei,
    maxPart: ether / 100n,
    stakePerInvite: ether / 10n,
    stakePerSender: ether / 10n,
    epoch: 1 * days,
    invites: 2,
    senders: 1,
    steepness: 16,
  },
}

export const treasury: Omit<TreasuryPreset, 'governor' | 'timelockDelay' | 'leastTimelockDelay'> = {
  supply: 10n ** 27n,
  bounds: { perRecord: ether / 10n, perPeriod: 10n * ether, period: 30 * days, incomeShare: 9000 },
}

/** A day to take notice, five to vote; the L2's forced inclusion takes half a day. */
export const governor: GovernorPreset = {
  votingDelay: 1 * days,
  votingPeriod: 5 * days,
  threshold: 10n ** 24n,
  quorum: 4,
  extension: 2 * days,
}

/** As short as the contracts allow. */
export const devGovernor: GovernorPreset = {
  ...governor,
  votingDelay: 0,
  votingPeriod: 1 * hours,
  threshold: 0n,
  extension: 600,
}
