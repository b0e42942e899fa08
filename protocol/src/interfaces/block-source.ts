import type { SealedBlock } from '../types/block.ts'

/** Where sealed blocks come from, in order and without gaps. */
export interface BlockSource {
  /**
   * Blocks from number `from` on; waits for those not yet sealed until `signal`.
   * @throws {CodedError} when the source can no longer give `from`, or does not answer.
   */
  blocks(from: bigint, signal: AbortSignal): AsyncIterable<SealedBlock>
}
