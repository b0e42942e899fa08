import type {
  compositeGateAbi,
  contactDirectoryAbi,
  demandGateAbi,
  flatFeeGateAbi,
  publicInboxAbi,
} from '@parley/contracts'
import type { Address } from 'viem'
import type { HDAccount, PrivateKeyAccount } from 'viem/accounts'
import type { Derive, RandomStream } from '../../load/seeded.ts'
import type { Contract } from '../chain/contract.ts'
import type { Outcome, SimulatedChain, Transaction } from '../chain/simulated-chain.ts'
import type { DemandCurve, DemandModel } from '../model/demand.ts'
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
}

/** What the books know of the contracts, each fact learnt from what was done, none from what they answer. */
export interface Known {
  readonly demand: DemandModel
  readonly gates: Map<Address, GateChoice>
  /** Wei; inboxes without one are missing. */
  readonly flatFees: Map<Address, bigint>
  registrationFee: bigint
  /** Hundredths of a percent. */
  protocolShare: bigint
}

export interface World {
  readonly chain: SimulatedChain
  readonly contracts: Contracts
  readonly ledger: Ledger
  readonly openingWei: bigint
  readonly known: Known
  readonly people: readonly (HDAccount | PrivateKeyAccount)[]
  /** Whoever may have wei. */
  readonly wallets: readonly Address[]
  /** Sets parameters. */
  readonly governance: Address
  readonly treasury: Address
  /** Takes the sharing gate's part. */
  readonly beneficiary: Address
  readonly derive: Derive
  /** A key of nobody's yet. */
  signerOf(step: number): PrivateKeyAccount
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

export function oneOf<T>(random: RandomStream, options: readonly T[]): T {
  return options[random.below(options.length)] as T
}

/** Uniform from 0 to `most`, both included, in steps of 2^-32 of it. */
export function upTo(random: RandomStream, most: bigint): bigint {
  return (most * BigInt(random.below(2 ** 32 + 1))) / 2n ** 32n
}

export const sharingGate = { fee: 7_000_000_000_001n, basisPoints: 1_000n } as const

export const commonCurve: DemandCurve = {
  minFee: 1_000_000_007n,
  maxFee: 10n ** 15n,
  target: 3,
  period: 3_600,
  fraction: 5,
}
