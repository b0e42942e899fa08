import { CodedError, type FaultTable } from '../faults.ts'
import type { BlockView } from '../view/block-view.ts'

/** Faults of every block source. */
export type BlockSourceFault =
  | { code: 'BLOCK_FORGOTTEN'; number: bigint; first: bigint }
  | { code: 'BLOCK_SOURCE_UNAVAILABLE'; reason: string }
  | { code: 'BLOCK_SOURCE_CORRUPT'; number: bigint; reason: string }

export const blockSourceFaults: FaultTable<BlockSourceFault> = {
  BLOCK_FORGOTTEN: { blame: 'operator', retry: 'never', text: 'the source no longer has this block' },
  BLOCK_SOURCE_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the source does not answer' },
  BLOCK_SOURCE_CORRUPT: { blame: 'layer', retry: 'never', text: 'the source gave something that is not this block' },
}

export class BlockSourceError extends CodedError<BlockSourceFault> {
  constructor(fault: BlockSourceFault, options?: ErrorOptions) {
    super(fault, blockSourceFaults, options)
  }
}

/** Where sealed blocks come from, as bytes of which only the header is taken apart, in order and without gaps. */
export interface BlockSource {
  /**
   * Blocks from number `from` on; waits for those not yet sealed, and ends when `signal` aborts.
   * @throws {BlockSourceError} `BLOCK_FORGOTTEN` when the source can no longer give `from`,
   * `BLOCK_SOURCE_UNAVAILABLE` when it does not answer, `BLOCK_SOURCE_CORRUPT` when what it gave cannot be used.
   */
  blocks(from: bigint, signal: AbortSignal): AsyncIterable<BlockView>
}
