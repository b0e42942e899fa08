import type { ShardChunk } from '@parley/execution'
import { BlockView, type Bytes32, type ChainConfig, limits, type Millis, runsRoot } from '@parley/protocol'
import type { BytesLevel } from '@parley/runtime/level'
import { type HeaderSigner, signHeader } from '../chain/signer.ts'
import { genesisTip, nextTip } from '../chain/tip.ts'
import { BlockStore } from '../store/block-store.ts'
import { SignedHeaders } from '../store/signed-headers.ts'
import { SnapshotStore } from '../store/snapshot-store.ts'

export interface InitialState {
  readonly chunks: Iterable<ShardChunk>
  readonly shardRoots: readonly Bytes32[]
  readonly conversationsIn: (shard: number) => number
}

const indexBytes = 16

/**
 * Writes a state that no operations led to into an empty store, as the snapshot after an empty first block, so that a
 * measurement can begin with a large one. Nobody who derives the chain from its genesis accepts it.
 */
export async function writeInitialState(
  {
    config,
    store,
    signedHeaders,
    signer,
    timestamp,
  }: {
    readonly config: ChainConfig
    readonly store: BytesLevel
    readonly signedHeaders: BytesLevel
    readonly signer: HeaderSigner
    /** Of the first block, milliseconds since 1970: a block that is old and not claimed would hold entries back. */
    readonly timestamp: Millis
  },
  state: InitialState,
): Promise<void> {
  await store.open()
  const { genesis } = config
  const opening = {
    number: 1n,
    timestamp,
    lineage: genesis.lineage,
    inboxFrom: 0n,
    items: 0,
    inboxHash: new Uint8Array(32),
    prices: genesis.prices,
  }
  const sealed = { view: { runs: [] }, runsRoot: runsRoot([]), shardRoots: state.shardRoots }
  const { header, root, prices, shardRoots } = nextTip(genesisTip(config), opening, [], sealed)
  const signature = await signHeader(signer, config, header)
  const blocks = await BlockStore.open(store)
  const signed = await SignedHeaders.open(signedHeaders, config)
  await blocks.add(
    BlockView.encode({ block: { header, runs: [] }, witness: [], signature }),
    new Uint8Array(0),
    signed.record({ lineage: header.lineage, number: header.number, root }),
  )
  const shards: Uint8Array[][] = Array.from({ length: limits.shards }, () => [])
  for (const { shard, bytes } of state.chunks) shards[shard]?.push(bytes)
  const index = shards.map((_, shard) => [new Uint8Array(indexBytes * state.conversationsIn(shard))])
  const fees = shards.map(() => ({ feeExcess: 0n, feeTime: genesis.timestamp }))
  await new SnapshotStore(store).write({ header, prices, shardRoots, fees, journalFrom: 0n, shards, index }, 1, 0n)
}
