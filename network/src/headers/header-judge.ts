import {
  type Bytes20,
  CodedError,
  domainSeparator,
  headerDigest,
  type SequencerKey,
  type SignatureVerifier,
  type SignedHeader,
  sameBytes,
  sequencerAt,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { NetworkChain } from '../chain.ts'
import { NetworkError } from '../faults.ts'
import { networkLimits } from '../limits.ts'
import type { HeaderOutcome } from '../metrics.ts'
import type { HeaderBook } from './header-book.ts'

/** Milliseconds for which keys that were asked for anew are believed: whoever sends what is not signed makes nobody ask the L2. */
const freshKeysMs = 60_000

export interface JudgeDeps {
  readonly chain: NetworkChain
  readonly book: HeaderBook
  readonly verifier: SignatureVerifier
  readonly clock: Clock
}

/** Says of signed headers whether they count, the cheapest question first. */
export class HeaderJudge {
  private readonly deps: JudgeDeps
  private readonly separator: Uint8Array
  private askedAt: number | undefined

  constructor(deps: JudgeDeps) {
    this.deps = deps
    this.separator = domainSeparator(deps.chain.chainId, deps.chain.inbox)
  }

  /** Highest number that is known of. */
  get head(): bigint {
    const { chain, book } = this.deps
    const claimed = chain.claimed()
    const head = book.head?.header.number ?? 0n
    return claimed > head ? claimed : head
  }

  /** Why a header that decodes counts for nothing, as it is; undefined when its signature is to be looked at. */
  refusal(signed: SignedHeader): HeaderOutcome | undefined {
    const { chain, book, clock } = this.deps
    const { lineage, number, timestamp } = signed.header
    const inForce = chain.lineage()
    if (inForce === undefined) return 'not ready'
    if (!sameBytes(lineage, inForce)) return 'other lineage'
    const { head } = this
    if (number > head + networkLimits.aheadBlocks || number + networkLimits.behindBlocks < head || number === 0n)
      return 'out of range'
    if (timestamp > BigInt(clock.now() + networkLimits.aheadMs)) return 'too early'
    return book.standingOf(signed) === 'known' || book.hasEvidenceAt(signed) ? 'known' : undefined
  }

  /**
   * @throws {NetworkError} `PEER_HEADER_UNSIGNED` when the key of its number has not signed it; {CodedError} when the L2 has to be
   * asked for keys, and does not answer.
   */
  async assertSigned(signed: SignedHeader, signal: AbortSignal): Promise<void> {
    const { chain } = this.deps
    const key = this.signerOf(await chain.keys(false, signal), signed)
    if (this.isBy(key, signed)) return
    // A key that was announced of late may not be known here yet.
    if (this.mayAskAgain()) {
      const now = this.signerOf(await chain.keys(true, signal), signed)
      if (!sameBytes(now, key) && this.isBy(now, signed)) return
    }
    throw new NetworkError({ code: 'PEER_HEADER_UNSIGNED', block: signed.header.number, key })
  }

  private signerOf(keys: readonly SequencerKey[], { header }: SignedHeader): Bytes20 {
    return sequencerAt(keys, header.number).key
  }

  private isBy(key: Bytes20, { header, signature }: SignedHeader): boolean {
    return this.deps.verifier.verifyOwner(key, headerDigest(this.separator, header), signature.subarray(0, 64))
  }

  private mayAskAgain(): boolean {
    const now = this.deps.clock.elapsed()
    if (this.askedAt !== undefined && now - this.askedAt < freshKeysMs) return false
    this.askedAt = now
    return true
  }
}

/** Whether an error is that the L2 does not answer now, and no peer's doing. */
export const isOfTheL2 = (error: unknown): error is CodedError =>
  error instanceof CodedError && !(error instanceof NetworkError)
