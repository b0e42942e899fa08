import type { Attestation, ChunkProof, CommitteeReader } from '@parley/da-adapters/committee'

/** A chunk that was asked for on the L2 of a part that this member signed for. */
export interface ChunkQuestion {
  /** Names it among all. */
  readonly id: string
  /** What was signed. */
  readonly attestation: Attestation
  /** Which of its parts, and which chunk of that, both from 0. */
  readonly part: number
  readonly index: number
  /** Seconds of the L2 until which an answer counts. */
  readonly deadline: bigint
  /** How many signers of the certificate come before this member. */
  readonly rank: number
}

/** What a DA node asks its own L2: nothing else says who may store, or what time it is. */
export interface CommitteeChain extends CommitteeReader {
  /** Whether the account may claim, 20 bytes. */
  mayClaim(address: Uint8Array, signal: AbortSignal): Promise<boolean>
  /** Chunks of parts that `member` signed for, asked for and not answered, the most urgent first; at most 1,024. */
  questions(member: Uint8Array, signal: AbortSignal): Promise<readonly ChunkQuestion[]>
}

/** The account that answers questions; nothing else sends from it. */
export interface ChunkAnswerer {
  /** Sends one answer where the contract would take it now. */
  answer(question: ChunkQuestion, proof: ChunkProof, signal: AbortSignal): Promise<'done' | 'already'>
  /** Wei that the account can spend. */
  funds(signal: AbortSignal): Promise<bigint>
  /** Wei that an answer costs now, rounded up. */
  cost(signal: AbortSignal): Promise<bigint>
}
