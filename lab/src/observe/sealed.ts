import { type BlockHeader, type BlockSource, type Bytes32, limits, ShardType } from '@parley/protocol'

/** What the sequencer's feed has shown so far, every block's header checked. */
export interface SealedChainView {
  readonly header: BlockHeader
  /** Roots of the 64 shards after the last block. */
  readonly shardRoots: readonly Bytes32[]
  /** Messages in all blocks. */
  readonly messages: number
}

/**
 * Follows sealed blocks until `signal`, keeping nothing of a block but what it changes.
 * @param after - What was shown up to the block behind which to begin; from the first block on when left out.
 */
export async function watchSealed(
  blocks: BlockSource,
  onBlock: (view: SealedChainView) => void,
  signal: AbortSignal,
  after?: SealedChainView,
): Promise<void> {
  const empty = ShardType.hashTreeRoot(ShardType.defaultValue())
  const shardRoots = [...(after?.shardRoots ?? Array.from({ length: limits.shards }, (): Bytes32 => empty))]
  let messages = after?.messages ?? 0
  for await (const { header, runs } of blocks.blocks((after?.header.number ?? 0n) + 1n, signal)) {
    for (const { shard, postRoot } of runs.runs) shardRoots[shard] = runs.root(postRoot).slice()
    messages += runs.messages
    onBlock({ header, shardRoots: [...shardRoots], messages })
  }
}
