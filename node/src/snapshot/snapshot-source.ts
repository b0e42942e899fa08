import type { Bytes32 } from '@parley/protocol'

/** Who may have snapshots. Nothing that it serves is believed. Faults are {@link NodeError}. */
export interface SnapshotSource {
  /** For faults, logs and metrics. */
  readonly name: string
  /** The newest manifest. @throws {NodeError} `SNAPSHOT_UNAVAILABLE`. */
  manifest(signal: AbortSignal): Promise<Uint8Array>
  /** A part, as it was served. @throws {NodeError} `SNAPSHOT_UNAVAILABLE`; `SNAPSHOT_PART_INVALID` above `bytes`. */
  part(digest: Bytes32, bytes: number, signal: AbortSignal): Promise<Uint8Array>
}
