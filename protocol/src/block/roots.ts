import { sha256 } from '@noble/hashes/sha2.js'
import type { ChainConfig } from '../config.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type BlockHeader, type Run, RunsType } from '../types/block.ts'
import { InboxItemType, type QueuedItem } from '../types/inbox.ts'
import { type Prices, StateOfRootsType, StateType } from '../types/state.ts'

/** Root of a state given by its shards' roots. */
export function stateRoot(
  shardRoots: readonly Bytes32[],
  rest: { inboxCount: bigint; prices: Prices; blockNumber: bigint; timestamp: bigint },
): Bytes32 {
  return StateOfRootsType.hashTreeRoot({ ...rest, shards: [...shardRoots] })
}

/** Root that a header commits its runs by. */
export function runsRoot(runs: Run[]): Bytes32 {
  return RunsType.hashTreeRoot(runs)
}

/** Segments of a block, in all its runs. */
export function segmentsOf(runs: readonly { readonly segments: { readonly length: number } }[]): number {
  return runs.reduce((sum, { segments }) => sum + segments.length, 0)
}

/** Rolling hash of the inbox after `item`. @param parentHash - Hash of the L2 block before the one that queued it. */
export function nextInboxHash(previous: Bytes32, item: QueuedItem['item'], parentHash: Bytes32): Bytes32 {
  const preimage = new Uint8Array(96)
  preimage.set(previous)
  preimage.set(InboxItemType.hashTreeRoot(item), 32)
  preimage.set(parentHash, 64)
  return sha256(preimage)
}

/** The header that stands for the state before the first block. */
export function genesisHeader(config: ChainConfig): BlockHeader {
  const state = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  return {
    number: 0n,
    parent: new Uint8Array(32),
    timestamp: config.genesis.timestamp,
    lineage: config.genesis.lineage,
    inboxCount: 0n,
    segmentCount: 0n,
    inboxHash: new Uint8Array(32),
    prices: config.genesis.prices,
    runsRoot: runsRoot([]),
    stateRoot: StateType.hashTreeRoot(state),
  }
}
