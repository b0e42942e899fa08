import type { Address } from 'viem'

/** What every action on the governor takes. */
export interface GovernorParameters {
  /** Address of the governor. */
  readonly governor: Address
}
