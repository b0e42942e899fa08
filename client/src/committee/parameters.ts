import type { Address } from 'viem'

/** What every action on a data committee takes. */
export interface CommitteeParameters {
  /** Address of its `DataCommittee`. */
  readonly committee: Address
}
