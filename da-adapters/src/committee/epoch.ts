import type { CommitteeInstance } from './typed-data.ts'

/** One of those who sign. */
export interface CommitteeMember {
  /** Whose signatures are the member's; 20 bytes. */
  readonly address: Uint8Array
  /** Where its DA node serves. */
  readonly url: string
}

/** Who signs during some time, as the contract has it; never changed once it has started. */
export interface CommitteeEpoch {
  readonly number: number
  /** Signatures that a claim needs. */
  readonly k: number
  /** In the order of a certificate's mask, 1 to 16. */
  readonly members: readonly CommitteeMember[]
}

/** What the L2 says at its head. */
export interface CommitteeNow {
  /** Seconds since 1970. */
  readonly time: bigint
  /** The epoch that runs; undefined before the first. */
  readonly epoch: CommitteeEpoch | undefined
}

/** What is read of a committee on the L2. Both throw `SettlementError` when the L2 does not answer. */
export interface CommitteeReader {
  readonly instance: CommitteeInstance
  now(signal: AbortSignal): Promise<CommitteeNow>
  /** An epoch by its number; undefined when there is none. */
  epoch(number: number, signal: AbortSignal): Promise<CommitteeEpoch | undefined>
}
