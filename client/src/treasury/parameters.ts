import type { Address } from 'viem'

/** What every action on the treasury takes. */
export interface TreasuryParameters {
  /** Address of the treasury. */
  readonly treasury: Address
}

/** Parts of a batch's cost, in the order of the contract's enumeration: data of the core, of the witness, and the claim. */
export const costParts = ['core', 'witness', 'claim'] as const
export type CostPart = (typeof costParts)[number]
