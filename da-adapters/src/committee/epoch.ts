import type { CommitteeInstance } from './typed-data.ts'

/** One of those who sign. */
export interface CommitteeMember {
  /** Whose signatures are the member's; 20 bytes. */
  readonly address: Uint8Array
  /** Where its DA node serves. */
  readonly url: string
}

/** Who signs during some time, as the contract has it. Only the members' URLs ever change. */
export interface CommitteeEpoch {
  readonly number: number
  /** Signatures that a claim needs. */
  readonly k: number
  /** In the order of a certificate's mask, 1 to 16. */
  readonly members: readonly CommitteeMember[]
}

/** What the L2 says at its head; times in seconds since 1970. */
export interface CommitteeNow {
  readonly time: bigint
  /** The epoch that runs; undefined before the first. */
  readonly epoch: CommitteeEpoch | undefined
  /** Numbers of the epochs whose certificates a claim may carry. */
  readonly accepted: readonly number[]
  /** When a certificate that a claim carries must end at the earliest and at the latest. */
  readonly minExpiresAt: bigint
  readonly maxExpiresAt: bigint
}

/** What is read of a committee on the L2. Both throw `SettlementError` when the L2 does not answer. */
export interface CommitteeReader {
  readonly instance: CommitteeInstance
  now(signal: AbortSignal): Promise<CommitteeNow>
  /** An epoch by its number; undefined when there is none. */
  epoch(number: number, signal: AbortSignal): Promise<CommitteeEpoch | undefined>
}
