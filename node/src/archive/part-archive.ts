import type { Bytes32 } from '@parley/protocol'
import type { Source } from '@parley/runtime'

/** Somebody who serves parts of batches by the roots that claims name: a node, or whoever keeps what nodes serve. */
export interface PartArchive extends Source {
  /**
   * What it has under a root; whether it is what was claimed shows only once the claim is completed.
   * @throws {DaError} `DA_MISSING`, `DA_PRUNED`, `DA_CORRUPT`, `DA_UNAVAILABLE`; the signal's reason.
   */
  retrieve(root: Bytes32, signal: AbortSignal): Promise<Uint8Array>
}
