import type { Address, Hex } from 'viem'

/** What somebody is trusted with; operators say how many units a day each is given. */
export const tiers = ['none', 'low', 'middle', 'high'] as const
export type Tier = (typeof tiers)[number]

/** What a proof is held against. */
export interface ProofContext {
  /** Of the blinded requests that it is for, so that nobody uses it for others. */
  readonly requestsDigest: Hex
  /** The L2's time, seconds. */
  readonly time: bigint
  /** The source of the request, as the server counts them. */
  readonly source: string
  readonly signal: AbortSignal
}

/** Who proved to be somebody, and what that is worth. */
export interface Proven {
  /** The same for the same somebody, whatever the request. The gateway keeps only a keyed hash of it. */
  readonly subject: string
  readonly tier: Tier
  /** Whether it costs nothing to be many: then all of them together are given what all without a token are. */
  readonly isFree?: boolean
}

/** An account's signature over the requests. */
export interface AccountProof {
  readonly account: Address
  /** Seconds of the L2 until which it counts. */
  readonly validUntil: bigint
  readonly signature: Hex
}

/** One kind of proof that somebody is somebody. */
export interface ProofVerifier<P> {
  /** @throws {GatewayError} `PROOF_INVALID`, `L2_AWAY`. */
  verify(proof: P, context: ProofContext): Promise<Proven>
}
