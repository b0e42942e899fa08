import { type BlockHeader, type BlockSource, type Bytes32, limits, ShardType } from '@parley/protocol'

/** What the sequencer's feed has shown so far, every block's header checked. */
export interface SealedChainView {
  readonly header: BlockHeader
  /** Roots of the 64 shards after the last block. */
  readonly shardRoots: readonly Bytes32[]
  /** Messages in all blocks. */
  readonly messages: number
}

/** Follows sealed blocks from the first on until `signal`, keeping nothing of a block but what it changes. */
export async function watchSealed(
  blocks: BlockSource,
  onBlock: (view: SealedChainView) => void,
  signal: AbortSignal,
): Promise<void> {
  const empty = ShardType.hashTreeRoot(ShardType.defaultValue())
  const shardRoots: Bytes32[] = Array.from({ length: limits.shards }, () => empty)
  let messages = 0
  for await (const { header, runs } of blocks.blocks(1n, signal)) {
    for (const { shard, postRoot } of runs.runs) shardRoots[shard] = runs.root(postRoot).slice()
    messages += runs.messages
    onBlock({ header, shardRoots: [...shardRoots], messages })
  }
}
