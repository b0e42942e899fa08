import type {
  bulkPricingAbi,
  compositeGateAbi,
  contactDirectoryAbi,
  demandGateAbi,
  flatFeeGateAbi,
  parleyGovernorAbi,
  publicInboxAbi,
  reputationAbi,
  stakeVaultAbi,
  sybilListsAbi,
  treasuryAbi,
} from '@parley/contracts'
import type { Address } from 'viem'
import type { Derive, RandomStream } from '../../load/seeded.ts'
import type { Contract } from '../chain/contract.ts'
import type { Signer } from '../chain/sign.ts'
import type { Outcome, SimulatedChain, Transaction } from '../chain/simulated-chain.ts'
import type { BulkPricingModel } from '../model/bulk-pricing.ts'
import type { DemandModel } from '../model/demand.ts'
import type { ReputationParameters, SybilList } from '../model/reputation.ts'
import type { TreasuryModel } from '../model/treasury.ts'
import type { Ledger } from './ledger.ts'

/** Gate that an inbox is behind. */
export type GateChoice = 'default' | 'flat' | 'sharing' | 'all'

export interface Contracts {
  readonly inbox: Contract<typeof publicInboxAbi>
  readonly directory: Contract<typeof contactDirectoryAbi>
  readonly demand: Contract<typeof demandGateAbi>
  readonly flat: Contract<typeof flatFeeGateAbi>
  readonly composite: Contract<typeof compositeGateAbi>
  /** A gate of somebody's own that takes a share. */
  readonly sharing: Address
  readonly stakes: Contract<typeof stakeVaultAbi>
  readonly lists: Contract<typeof sybilListsAbi>
  readonly reputation: Contract<typeof reputationAbi>
  readonly pricing: Contract<typeof bulkPricingAbi>
  readonly treasury: Contract<typeof treasuryAbi>
  readonly governor: Contract<typeof parleyGovernorAbi>
}

/** A change on its way through governor and timelock. */
export interface Proposal {
  readonly what: string
  /** What the timelock is to do. */
  readonly call: Transaction
  readonly description: string
  stage: 'proposed' | 'voted' | 'queued'
  /** Seconds since 1970 from which the next step can be taken, and after which it cannot. */
  next: { readonly from: bigint; readonly until: bigint }
  /** Books it once it is done. */
  settle(now: bigint): void
}

/** What the books know of the contracts, each fact learnt from what was done, none from what they answer. */
export interface Known {
  readonly demand: DemandModel
  readonly bulk: BulkPricingModel
  readonly treasury: TreasuryModel
  readonly gates: Map<Address, GateChoice>
  /** Wei; inboxes without one are missing. */
  readonly flatFees: Map<Address, bigint>
  /** Seconds since 1970. */
  readonly registeredAt: Map<Address, bigint>
  /** Wei. */
  readonly staked: Map<Address, bigint>
  /** Seconds since 1970. */
  readonly attestedUntil: Map<Address, bigint>
  readonly lists: Map<Address, SybilList & { readonly version: bigint }>
  readonly proposals: Set<Proposal>
  /** Costs that the operator recorded and that were not struck: wei by claim. */
  readonly records: Map<bigint, bigint>
  reputation: ReputationParameters
  registrationFee: bigint
  /** Hundredths of a percent. */
  protocolShare: bigint
  /** Whether the inbox asks the pricing. */
  isPriced: boolean
}

export interface World {
  readonly chain: SimulatedChain
  readonly contracts: Contracts
  readonly ledger: Ledger
  readonly openingWei: bigint
  readonly known: Known
  readonly people: readonly Signer[]
  /** Whoever may have wei without being one of the contracts. */
  readonly wallets: readonly Address[]
  /** Has all votes. */
  readonly voter: Address
  /** Records costs. */
  readonly operator: Address
  /** Vouches for people. */
  readonly attester: Signer
  /** Whose claims costs are recorded for. */
  readonly rollup: Address
  /** Takes the sharing gate's part. */
  readonly beneficiary: Address
  readonly derive: Derive
  /** A key of nobody's yet. */
  signerOf(step: number): Signer
}

/** One action, ready to be sent. */
export interface Step {
  readonly action: string
  readonly transaction: Transaction
  /** Books it, once it succeeded at `now`. Gas is booked for it. */
  settle(outcome: Outcome, now: bigint): void
}

/** Makes an action of its kind; undefined when nothing of the kind can be done now. */
export type Maker = (world: World, random: RandomStream, step: number) => Promise<Step | undefined> | Step | undefined

export const lower = (address: Address): Address => address.toLowerCase() as Address
export const walletOf = (address: Address): `wallet ${Address}` => `wallet ${lower(address)}`
export const creditOf = (address: Address): `inbox ${Address}` => `inbox ${lower(address)}`
export const stakeOf = (address: Address): `stakes of ${Address}` => `stakes of ${lower(address)}`
export const leavingOf = (address: Address): `stakes leaving ${Address}` => `stakes leaving ${lower(address)}`

export const personOf = ({ people }: World, random: RandomStream): Address => lower(oneOf(random, people).address)

export function oneOf<T>(random: RandomStream, options: readonly T[]): T {
  return options[random.below(options.length)] as T
}

/** Uniform from 0 to `most`, both included, in steps of 2^-32 of it. */
export function upTo(random: RandomStream, most: bigint): bigint {
  return (most * BigInt(random.below(2 ** 32 + 1))) / 2n ** 32n
}

/** Books what comes into the treasury from an account. */
export function bookIncome({ ledger, known }: World, from: Parameters<Ledger['post']>[0], amount: bigint): void {
  ledger.post(from, 'treasury income', amount)
  known.treasury.receive(amount)
}
