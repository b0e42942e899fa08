import type { Account, Block, Bytes32, Conversation, MerkleProof } from '@parley/protocol'
import { proveAccount, proveConversation } from '@parley/protocol'
import type { BatchArchive } from './archive/batch-archive.ts'
import type { VerifiedChain } from './derive/verified-chain.ts'
import { NodeError, notReady } from './faults.ts'
import type { L2Log } from './l2/l2-log.ts'
import type { ClaimRecord } from './l2/l2-records.ts'
import type { NodeProgress } from './progress.ts'
import { type SignedRecord, signRecords } from './signed-history.ts'
import { stateOfRoots } from './store/chain-records.ts'
import type { ChainStore } from './store/chain-store.ts'
import type { Snapshot, SnapshotStore } from './store/snapshot-store.ts'

/** How settled a verified block is on the L2. */
export type Finality = 'claimed' | 'final'

/** Where a proof leads to. */
export interface Proven {
  /** Block after which the state is. */
  readonly block: bigint
  readonly timestamp: bigint
  readonly stateRoot: Bytes32
  /** Claim that covers the block; undefined for the state before the first block and while its claim is being verified. */
  readonly claim: bigint | undefined
  /** The state is the one that its claim ends with, so the L2 knows its root. */
  readonly endsClaim: boolean
  readonly finality: Finality
  readonly proof: MerkleProof
}

export interface ProvenConversation extends Proven {
  readonly conversation: Conversation
  /** Entries of its record up to this state: messages and membership changes. */
  readonly entries: bigint
}

export interface ProvenAccount extends Proven {
  readonly account: Account
}

export interface HistoryPage {
  readonly from: bigint
  /** Entries of the whole record. */
  readonly total: bigint
  readonly entries: readonly SignedRecord[]
}

export interface VerifiedBlockRead {
  readonly block: Block
  readonly claim: bigint | undefined
  readonly finality: Finality
}

/** Where a standing claim is on its way here. */
export type ClaimState = 'verified' | 'pending' | 'waiting' | 'wrong'

export interface ClaimRead {
  readonly record: ClaimRecord
  readonly state: ClaimState
  readonly final: boolean
}

/** What a node answers: all of it verified. Faults are {@link NodeError}. */
export interface NodeReads {
  /** @throws {NodeError} `CONVERSATION_UNKNOWN`, `OVERLOADED`; {RequestError} `NOT_READY`. */
  conversation(shard: number, index: number): Promise<ProvenConversation>
  account(shard: number, index: number): Promise<ProvenAccount>
  /** Entries from place `from` on, maybe fewer than `count`; a conversation without entries and one that does not exist look alike. */
  history(shard: number, index: number, from: bigint, count: number): Promise<HistoryPage>
  /** @throws {NodeError} `BLOCK_UNKNOWN`. */
  block(number: bigint | 'latest'): Promise<VerifiedBlockRead>
  /** @throws {NodeError} `CLAIM_UNKNOWN`. */
  claim(number: bigint | 'latest' | 'final'): Promise<ClaimRead>
  /** Bytes of an encoded part of a batch, by the root that its claim names. @throws {NodeError} `PART_UNKNOWN`. */
  partLength(root: Bytes32): Promise<number>
  part(root: Bytes32): Promise<Uint8Array>
  snapshots(): Promise<readonly (Snapshot & { readonly final: boolean })[]>
  /** Shard number in the first byte, then the state. @throws {NodeError} `SNAPSHOT_UNKNOWN`. */
  snapshotChunk(block: bigint, chunk: number): Promise<Uint8Array>
}

interface ReadSources {
  readonly l2: L2Log
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly archive: BatchArchive
  readonly progress: NodeProgress
  readonly chain: () => VerifiedChain | undefined
}

export function createReads({ l2, store, snapshots, archive, progress, chain }: ReadSources): NodeReads {
  const final = (): bigint => l2.summary?.final ?? 0n
  const ready = (): VerifiedChain => {
    const verified = chain()
    if (verified === undefined) throw notReady(progress.state)
    return verified
  }
  const place = async (block: bigint): Promise<Pick<Proven, 'claim' | 'endsClaim' | 'finality'>> => {
    const claim = await store.claimOf(block)
    const endsClaim = claim !== undefined && ((await store.claim(claim))?.last ?? 0n) === block
    return { claim, endsClaim, finality: claim !== undefined && claim <= final() ? 'final' : 'claimed' }
  }

  return {
    conversation: (shard, index) =>
      ready().read(async (state, execution) => {
        const found = await execution.conversation(shard, index)
        if (found === undefined) throw new NodeError({ code: 'CONVERSATION_UNKNOWN', shard, conversation: index })
        const { conversation, branch } = found
        const { number, timestamp, stateRoot } = state.header
        const proof = proveConversation(stateOfRoots(state), shard, index, conversation, branch)
        const entries = conversation.messageCount + conversation.epoch
        return { conversation, entries, block: number, timestamp, stateRoot, proof, ...(await place(number)) }
      }),
    account: (shard, index) =>
      ready().read(async (state, execution) => {
        const found = await execution.account(shard, index)
        if (found === undefined) throw new NodeError({ code: 'ACCOUNT_UNKNOWN', shard, account: index })
        const { account, branch } = found
        const { number, timestamp, stateRoot } = state.header
        const proof = proveAccount(stateOfRoots(state), shard, index, account, branch)
        return { account, block: number, timestamp, stateRoot, proof, ...(await place(number)) }
      }),
    async history(shard, index, from, count) {
      const [total, records] = await Promise.all([
        store.entryCount(shard, index),
        store.history(shard, index, from, count),
      ])
      return { from, total, entries: await signRecords({ store, l2 }, shard, index, records) }
    },
    async block(asked) {
      const number = asked === 'latest' ? store.tip.block : asked
      const block = await store.block(number)
      if (block === undefined) throw new NodeError({ code: 'BLOCK_UNKNOWN', block: number, verified: store.tip.block })
      const { claim, finality } = await place(number)
      return { block, claim, finality }
    },
    async claim(asked) {
      const standing = l2.summary?.claim ?? 0n
      const number = asked === 'latest' ? standing : asked === 'final' ? final() : asked
      const record = await l2.claim(number)
      if (record === undefined) throw new NodeError({ code: 'CLAIM_UNKNOWN', claim: number, standing })
      const underWay =
        progress.claim?.claim.number === number && (progress.state === 'wrong' || progress.state === 'waiting')
      const state = number <= store.tip.claim ? 'verified' : underWay ? (progress.state as ClaimState) : 'pending'
      return { record, state, final: number <= final() }
    },
    async partLength(root) {
      const length = await archive.length(root)
      if (length === undefined) throw new NodeError({ code: 'PART_UNKNOWN', root })
      return length
    },
    async part(root) {
      const bytes = await archive.part(root)
      if (bytes === undefined) throw new NodeError({ code: 'PART_UNKNOWN', root })
      return bytes
    },
    async snapshots() {
      return (await snapshots.all()).map((snapshot) => ({ ...snapshot, final: snapshot.claim <= final() }))
    },
    async snapshotChunk(block, chunk) {
      const snapshot = await snapshots.at(block)
      const bytes = snapshot === undefined ? undefined : await snapshots.chunkBytes(block, chunk)
      if (bytes === undefined) throw new NodeError({ code: 'SNAPSHOT_UNKNOWN', block, chunk })
      return bytes
    },
  }
}
