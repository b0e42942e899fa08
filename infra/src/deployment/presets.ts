import type { FeeParameters, Prices, Windows } from '@parley/protocol'
import {
  type CommitteePreset,
  type ContactsPreset,
  committee,
  contacts,
  devCommittee,
  devGovernor,
  governor,
  type InvitesPreset,
  invites,
  type ReputationPreset,
  reputation,
  type TreasuryPreset,
  treasury,
} from './presets-l2.ts'

/** How prices follow the outside world; prices in mwei. */
export interface PriceRules {
  /** Whether the operator quotes the prices of a byte of core and of witness; otherwise both follow Ethereum's blobs. */
  readonly dataQuoted: boolean
  /** Seconds between two price items of one source at least. */
  readonly interval: number
  readonly minCoreByte: bigint
  readonly maxCoreByte: bigint
  readonly minWitnessByte: bigint
  readonly maxWitnessByte: bigint
  readonly minSettlement: bigint
  readonly maxSettlement: bigint
  /** L1 gas of the transaction of one blob. */
  readonly blobTransactionGas: number
  /** Bytes of batches that one blob carries. */
  readonly bytesPerBlob: number
  /** L2 gas of one claim. */
  readonly claimGas: number
  /** Bytes of one claim's transaction as the L2 charges them for L1 data. */
  readonly claimBytes: number
  /** Operations that share one claim. */
  readonly operationsPerClaim: number
}

/** How claims are contested; amounts in wei, times in seconds. */
export interface ContestRules {
  /** Least deposit for a piece of data asked for. */
  readonly minDeposit: bigint
  /** Per cent of an answer's cost that who asked pays. */
  readonly answerShare: number
  /** How long an item may wait before anyone may declare silence. */
  readonly silenceLimit: number
  /** From the declaration until rescues may be made, and from the first call to resume to the second. */
  readonly notice: number
  /** What a rescuer has at stake. */
  readonly rescueBond: bigint
}

/** The only L2 that a preset is for. */
export interface ChainTerms {
  readonly id: bigint
  /** Gas that a block must have room for. */
  readonly leastBlockGas: bigint
  /** Wei a gas above which nothing is sent. */
  readonly maxFeePerGas: bigint
}

/** Everything about a deployment that is not an address, a key or its genesis. */
export interface Preset {
  readonly name: string
  /** Any L2 will do when left out. */
  readonly chain?: ChainTerms
  readonly fees: FeeParameters
  /** Milliseconds after which a queued inbox item must be consumed by the next block. */
  readonly forceDelayMs: bigint
  readonly genesisPrices: Prices
  /** Seconds. */
  readonly windows: Windows
  /** Seconds within which the L2 includes a transaction that its sequencer refuses; 0 where there is one sequencer and no other way. */
  readonly forcedInclusion: number
  /** Seconds that a claim's data may be absent before a challenger asks for it on the L2. */
  readonly challengeAfter: number
  /** Wei that a claimer and the owner of the bond behind the sequencer's key have at stake each. */
  readonly bond: bigint
  /** Seconds that a bond stays locked after its claimer's last claim is final. */
  readonly evidencePeriod: number
  /** Blocks above the head at which an announced key takes effect at the earliest. */
  readonly keyNotice: bigint
  /** Seconds from the announcement of rules until they may take effect. */
  readonly upgradeNotice: number
  /** mwei. */
  readonly minDeposit: bigint
  readonly priceRules: PriceRules
  /** L2 gas of one claim that a committee certifies: `priceRules.claimGas` where the rules name one from the beginning. */
  readonly certifiedClaimGas: number
  readonly contest: ContestRules
  readonly committee: CommitteePreset
  readonly contacts: ContactsPreset
  readonly invites: InvitesPreset
  readonly reputation: ReputationPreset
  readonly treasury: TreasuryPreset
}

const hours = 3600
const days = 24 * hours
const ether = 10n ** 18n

// A blob carries 130,042 bytes as `ethereum-blobs` packs them. A claim takes 158,300 gas with pointers of 200 bytes, 190,500
// with a certificate of 3 of 4, by contracts/snapshots, and its transaction has some 1,200 bytes with pointers of one blob each;
// all are rounded up.
const priceRules: PriceRules = {
  dataQuoted: false,
  interval: 1 * hours,
  minCoreByte: 1n,
  maxCoreByte: 10n ** 7n,
  minWitnessByte: 1n,
  maxWitnessByte: 10n ** 7n,
  minSettlement: 1n,
  maxSettlement: 10n ** 9n,
  blobTransactionGas: 21_000,
  bytesPerBlob: 130_042,
  claimGas: 160_000,
  claimBytes: 1300,
  operationsPerClaim: 1000,
}

const certifiedClaimGas = 195_000

const genesisPrices: Prices = { coreByte: 10n, witnessByte: 10n, settlement: 100n, stateByte: 1000n }

/**
 * For one machine: windows of seconds, so that a claim is final while one watches. A shard's market works off 1,000
 * units a second, 64 shards therefore 64,000, which is above what the machine executes: prices rise only where a flood
 * hits few shards, and slowly enough that no replay is priced out.
 */
export const devPreset: Preset = {
  name: 'dev',
  fees: { minPrice: 1000n, target: 1000n, fraction: 1_000_000n },
  forceDelayMs: 60_000n,
  genesisPrices,
  windows: { challenge: 6, data: 6, answer: 2, proof: 2 },
  forcedInclusion: 0,
  challengeAfter: 0,
  bond: 1n * ether,
  evidencePeriod: 60,
  keyNotice: 20n,
  upgradeNotice: 180,
  minDeposit: 1_000_000n,
  priceRules: { ...priceRules, interval: 10, operationsPerClaim: 100 },
  certifiedClaimGas,
  contest: { minDeposit: 10n ** 9n, answerShare: 50, silenceLimit: 90, notice: 20, rescueBond: ether / 10n },
  committee: devCommittee,
  contacts,
  invites,
  reputation,
  treasury: { ...treasury, governor: devGovernor, timelockDelay: 1 * hours, leastTimelockDelay: 1 * hours },
}

/**
 * For trying every lie on one machine: a claim is final after 40 seconds, three rounds of asking fit into the time for it, and the
 * silence of a sequencer shows within half a minute.
 */
export const trialPreset: Preset = {
  ...devPreset,
  name: 'trial',
  forceDelayMs: 5_000n,
  windows: { challenge: 40, data: 30, answer: 8, proof: 8 },
  challengeAfter: 1,
  upgradeNotice: 90,
  contest: { ...devPreset.contest, silenceLimit: 20, notice: 10 },
}

/**
 * For an OP Stack L2 whose forced inclusion takes 12 hours: every window in which an honest party must get one transaction
 * in is longer than that, and three rounds of asking fit into the time for it. A claim is final after a week, as on the L2
 * itself, or half a day later when its data was asked for at the last moment. `target` is what a deployment of eight lanes
 * sustains, spread over 64 shards; at twice that the price grows e-fold in 100 seconds.
 */
export const productionPreset: Preset = {
  name: 'production',
  fees: { minPrice: 1000n, target: 2500n, fraction: 250_000n },
  forceDelayMs: 12n * 3_600_000n,
  genesisPrices,
  windows: { challenge: 7 * days, data: 5 * days, answer: 24 * hours, proof: 36 * hours },
  forcedInclusion: 12 * hours,
  challengeAfter: 6 * hours,
  bond: 10n * ether,
  evidencePeriod: 14 * days,
  keyNotice: 10_000n,
  upgradeNotice: 30 * days,
  minDeposit: 10n ** 9n,
  // The layers may be changed, and prices of other layers than blobs the L2 cannot see.
  priceRules: { ...priceRules, dataQuoted: true },
  certifiedClaimGas,
  contest: {
    minDeposit: ether / 5000n,
    answerShare: 50,
    silenceLimit: 24 * hours,
    notice: 24 * hours,
    rescueBond: 1n * ether,
  },
  committee,
  contacts,
  invites,
  reputation,
  treasury: { ...treasury, governor, timelockDelay: 2 * days, leastTimelockDelay: 1 * days },
}
