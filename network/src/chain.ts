import type { Bytes20, Bytes32, SequencerKey } from '@parley/protocol'

/** A deployment, and what the L2 says of it as this process knows it. */
export interface NetworkChain {
  readonly chainId: bigint
  readonly rollup: Bytes20
  readonly inbox: Bytes20
  /** Root of the header that stands for the state before the first block. */
  readonly genesis: Bytes32
  /** The lineage in force; undefined while the L2 is being read. */
  lineage(): Bytes32 | undefined
  /** Last block of the last claim standing, and of the last final one. */
  claimed(): bigint
  final(): bigint
  /**
   * Whose signatures count.
   * @param fresh - Asked for again although it is known: a signature did not hold.
   * @throws {CodedError} when the L2 has to be asked and does not answer.
   */
  keys(fresh: boolean, signal: AbortSignal): Promise<readonly SequencerKey[]>
}

/** Blocks that this process has from elsewhere than from peers. */
export interface BlockLibrary {
  /** Number of the first block and of the last one; 0 when there are none. */
  extent(): { readonly first: bigint; readonly head: bigint }
  /** SSZ of the sealed block; undefined when it is not kept. Those that are final need no signature, which is 65 zeros then. */
  read(number: bigint): Promise<Uint8Array | undefined>
}
