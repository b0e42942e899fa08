import type { Bytes32 } from '@parley/protocol'

/** Where the bytes of contents lie. Names are SHA-256 digests; whoever reads hashes. */
export interface Blocks {
  /** Durable once it resolves; the same block again changes nothing. */
  put(digest: Bytes32, block: Uint8Array, signal: AbortSignal): Promise<void>
  get(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined>
  /** One that is not there is no fault. */
  delete(digest: Bytes32, signal: AbortSignal): Promise<void>
}
