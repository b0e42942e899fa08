import { hash } from 'node:crypto'
import { readLimits } from '@parley/api'
import {
  type Account,
  AccountType,
  type Block,
  BlockHeaderType,
  BlockType,
  type Bytes32,
  type Conversation,
  type ConversationPlace,
  type MerkleProof,
  stateGindex,
} from '@parley/protocol'
import type { BatchArchive } from '../archive/batch-archive.ts'
import type { VerifiedChain } from '../derive/verified-chain.ts'
import { NodeError, notReady } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { NodeProgress } from '../progress.ts'
import type { PublishedState } from '../state/published-state.ts'
import type { HistoryRecord } from '../store/chain-records.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { decodeRecord } from '../store/node-store.ts'
import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts'
import { AnswerCache, type KeptAnswer } from './answer-cache.ts'
import { ConversationsAnswer } from './conversations-bytes.ts'
import { provenConversationBytes } from './proven-bytes.ts'
import { type RecordBytes, recordBytes, recordsOf } from './record-bytes.ts'

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

/** Many conversations of one state, and the nodes that prove them together. */
export interface ProvenConversations extends Omit<Proven, 'proof'> {
  readonly conversations: readonly (ConversationPlace & { readonly conversation: Conversation })[]
  readonly unknown: readonly ConversationPlace[]
  readonly nodes: readonly Bytes32[]
}

export interface HistoryPage {
  readonly from: bigint
  /** Entries of the whole record. */
  readonly total: bigint
  readonly entries: readonly HistoryRecord[]
}

export interface VerifiedBlockRead {
  readonly block: Block
  readonly claim: bigint | undefined
  readonly finality: Finality
}

/** Which verified state is read: the latest, or the newest that is final. */
export type StateAt = 'latest' | 'final'

/** Bytes as they are sent, and what caches are told of them. */
export interface OctetsRead {
  readonly bytes: Uint8Array
  /** Of these bytes and no others. */
  readonly tag: string
  /** They will never be others. */
  readonly forever: boolean
}

/** Conversations whose records grew in blocks after one, up to `through`. */
export interface Changes {
  readonly head: bigint
  /** Lineage of the head: in another one, blocks of these numbers are others. */
  readonly lineage: Bytes32
  readonly through: bigint
  readonly changed: readonly (ConversationPlace & {
    /** Block that added last. */
    readonly block: bigint
    readonly entries: bigint
  })[]
}

/** Where a standing claim is on its way here; `joined` are those up to the snapshot that the node joined by, which it did not execute. */
export type ClaimState = 'verified' | 'joined' | 'pending' | 'waiting' | 'wrong'

export interface ClaimRead {
  readonly record: ClaimRecord
  readonly state: ClaimState
  readonly final: boolean
}

/** What a node answers: all of it verified. Faults are {@link NodeError}. */
export interface NodeReads {
  /**
   * Names what is answered of a conversation: another state, claim or finality has another tag.
   * @throws {NodeError} `CONVERSATION_UNKNOWN`; {RequestError} `NOT_READY`.
   */
  conversationTag(shard: number, index: number, at: StateAt): string
  /** The same of an account. @throws {NodeError} `ACCOUNT_UNKNOWN`; {RequestError} `NOT_READY`. */
  accountTag(shard: number, index: number, at: StateAt): string
  /** @throws {NodeError} `CONVERSATION_UNKNOWN`; {RequestError} `NOT_READY`. */
  conversation(shard: number, index: number, at?: StateAt): Promise<ProvenConversation>
  /** The same as SSZ of a `ProvenConversation`. */
  conversationOctets(shard: number, index: number, at: StateAt): Uint8Array
  /**
   * Many conversations at once.
   * @param places - Ascending by shard and index, each once.
   * @throws {NodeError} `READ_SIZE`; {RequestError} `NOT_READY`.
   */
  conversations(places: readonly ConversationPlace[], at: StateAt): ProvenConversations
  /** The same as SSZ of a `ProvenConversations`. */
  conversationsOctets(places: readonly ConversationPlace[], at: StateAt): Uint8Array
  account(shard: number, index: number, at?: StateAt): Promise<ProvenAccount>
  /** Entries from place `from` on, at most `count`; a conversation without entries and one that does not exist look alike. */
  history(shard: number, index: number, from: bigint, count: number): Promise<HistoryPage>
  /** The same as SSZ of a `RecordPage`. */
  historyOctets(shard: number, index: number, from: bigint, count: number): Promise<OctetsRead>
  /** Which of these conversations grew after a block. @throws {NodeError} `BLOCK_UNKNOWN`; {RequestError} `NOT_READY`. */
  changes(since: bigint, places: readonly ConversationPlace[]): Changes
  /**
   * Which conversations grew after a block, in whole blocks.
   * @param limit - Conversations after which no further block is begun.
   * @returns besides, `looked`: blocks and conversations in them that were looked through.
   * @throws {NodeError} `BLOCK_UNKNOWN`; {RequestError} `NOT_READY`.
   */
  changedSince(since: bigint, limit: number): Promise<Changes & { readonly looked: number }>
  /** @throws {NodeError} `BLOCK_UNKNOWN`. */
  block(number: bigint | 'latest'): Promise<VerifiedBlockRead>
  /** The block as it is stored: SSZ. @throws {NodeError} `BLOCK_UNKNOWN`. */
  blockOctets(number: bigint | 'latest'): Promise<OctetsRead>
  /** @throws {NodeError} `CLAIM_UNKNOWN`. */
  claim(number: bigint | 'latest' | 'final'): Promise<ClaimRead>
  /** Bytes of an encoded part of a batch, by the root that its claim names. @throws {NodeError} `PART_UNKNOWN`. */
  partLength(root: Bytes32): Promise<number>
  part(root: Bytes32): Promise<Uint8Array>
  snapshots(): Promise<readonly (Snapshot & { readonly final: boolean })[]>
  /** Manifest of the newest snapshot that others may join by. @throws {NodeError} `SNAPSHOT_UNKNOWN`. */
  snapshotManifest(): Promise<Uint8Array>
  /** A part of a snapshot, by the SHA-256 of its bytes. @throws {NodeError} `SNAPSHOT_PART_UNKNOWN`. */
  snapshotPart(digest: Bytes32): Promise<Uint8Array>
}

interface ReadSources {
  readonly l2: L2Log
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly archive: BatchArchive
  readonly progress: NodeProgress
  readonly chain: () => VerifiedChain | undefined
}

export function createReads(sources: ReadSources): NodeReads {
  const { l2, store, snapshots, archive, progress, chain } = sources
  const final = (): bigint => l2.summary?.final ?? 0n
  const published = (at: StateAt): PublishedState => {
    const state = chain()?.published(at)
    if (state === undefined) throw notReady(progress.state)
    return state
  }
  const isFinal = ({ claim }: PublishedState): boolean => claim !== undefined && claim <= final()
  const provenState = (state: PublishedState): Omit<Proven, 'proof'> => {
    const { number, timestamp, stateRoot } = state.state.header
    const finality = isFinal(state) ? 'final' : 'claimed'
    const { claim } = state
    return { block: number, timestamp, stateRoot, claim, endsClaim: claim !== undefined, finality }
  }
  const conversationAt = (shard: number, index: number, at: StateAt): PublishedState => {
    const state = published(at)
    if (!state.view.has(shard, index)) throw new NodeError({ code: 'CONVERSATION_UNKNOWN', shard, conversation: index })
    return state
  }
  const accountAt = (shard: number, index: number, at: StateAt) => {
    const state = published(at)
    const found = state.view.account(shard, index)
    if (found === undefined) throw new NodeError({ code: 'ACCOUNT_UNKNOWN', shard, account: index })
    return { state, found }
  }
  const tagOf = (state: PublishedState): string => (isFinal(state) ? `${state.tag}f` : state.tag)
  const conversationsAt = (places: readonly ConversationPlace[], at: StateAt) => {
    const state = published(at)
    const answer = new ConversationsAnswer(state, places)
    const maximum = readLimits.conversationsBytes
    if (answer.length > maximum) throw new NodeError({ code: 'READ_SIZE', bytes: answer.length, maximum })
    return { state, answer }
  }
  const place = async (block: bigint): Promise<Pick<VerifiedBlockRead, 'claim' | 'finality'>> => {
    const claim = await store.claimOf(block)
    return { claim, finality: claim !== undefined && claim <= final() ? 'final' : 'claimed' }
  }
  const finalBlock = new FinalBlock(store, final)
  const pages = new AnswerCache<KeptPage>(keptBytes)
  const blocks = new AnswerCache<KeptAnswer>(keptBytes)
  /** @throws {NodeError} `HISTORY_UNKNOWN` for what was before this node joined. */
  const assertKnown = (what: 'block' | 'changes', asked: bigint): void => {
    const { joined } = store
    if (joined === undefined) return
    // Changes are asked for after a block.
    const first = what === 'changes' ? joined.block : joined.block + 1n
    if (asked < first) throw new NodeError({ code: 'HISTORY_UNKNOWN', what, asked, first })
  }
  const blockBytes = (asked: bigint | 'latest'): { number: bigint; bytes: Uint8Array } => {
    const number = asked === 'latest' ? store.tip.block : asked
    const bytes = store.blockBytes(number)
    if (bytes === undefined) assertKnown('block', number)
    if (bytes === undefined) throw new NodeError({ code: 'BLOCK_UNKNOWN', block: number, verified: store.tip.block })
    return { number, bytes }
  }
  const pageOf = async (shard: number, index: number, from: bigint, count: number): Promise<KeptPage> => {
    const key = `${shard}/${index}/${from}/${count}`
    const { version } = store
    const kept = pages.get(key, version)
    if (kept !== undefined) return kept
    const read = recordBytes(await store.pages(shard, index, from, count), from, count)
    const page = { ...read, tag: hash('sha256', read.bytes, 'hex').slice(0, tagDigits) }
    // A page that is not full gets longer.
    if (page.count === count) pages.set(key, version, page)
    return page
  }
  const keepBlock = (number: bigint): KeptAnswer => {
    const { bytes } = blockBytes(number)
    // The header commits to all of it.
    const tag = hash('sha256', bytes.subarray(0, headerBytes), 'hex').slice(0, tagDigits)
    const kept = { bytes, tag }
    blocks.set(String(number), store.version, kept)
    return kept
  }
  const changesFrom = (since: bigint): Pick<Changes, 'head' | 'lineage'> => {
    const { header } = published('latest').state
    if (since > header.number) throw new NodeError({ code: 'BLOCK_UNKNOWN', block: since, verified: header.number })
    assertKnown('changes', since)
    return { head: header.number, lineage: header.lineage }
  }

  return {
    conversationTag: (shard, index, at) => tagOf(conversationAt(shard, index, at)),
    accountTag: (shard, index, at) => tagOf(accountAt(shard, index, at).state),
    async conversation(shard, index, at = 'latest') {
      const state = conversationAt(shard, index, at)
      const { view, nodes } = state
      const conversation = view.conversation(shard, index)
      const gindex = stateGindex.conversation(shard, index)
      const branch = [...view.branch(shard, index), ...nodes.branch(shard)]
      const proof = { gindex, leaf: view.leaf(shard, index), branch }
      return { ...provenState(state), conversation, entries: conversation.messageCount + conversation.epoch, proof }
    },
    conversationOctets(shard, index, at) {
      const state = conversationAt(shard, index, at)
      return provenConversationBytes(state, isFinal(state), shard, index)
    },
    conversations(places, at) {
      const { state, answer } = conversationsAt(places, at)
      const conversations = answer.known.map(({ shard, index }) => {
        return { shard, index, conversation: state.view.conversation(shard, index) }
      })
      return { ...provenState(state), conversations, unknown: answer.unknown, nodes: answer.proofNodes() }
    },
    conversationsOctets(places, at) {
      const { state, answer } = conversationsAt(places, at)
      return answer.bytes(isFinal(state))
    },
    async account(shard, index, at = 'latest') {
      const { state, found } = accountAt(shard, index, at)
      const { account } = found
      const branch = [...found.branch, ...state.nodes.branch(shard)]
      const proof = { gindex: stateGindex.account(shard, index), leaf: AccountType.hashTreeRoot(account), branch }
      return { ...provenState(state), account, proof }
    },
    async history(shard, index, from, count) {
      const { entries: total } = store.recordLength(shard, index)
      return { from, total, entries: recordsOf(await store.pages(shard, index, from, count), count) }
    },
    async historyOctets(shard, index, from, count) {
      const { bytes, tag, count: entries, lastBlock } = await pageOf(shard, index, from, count)
      return { bytes, tag, forever: entries === count && lastBlock <= (await finalBlock.number()) }
    },
    changes(since, places) {
      const { head, lineage } = changesFrom(since)
      const changed = places.flatMap(({ shard, index }) => {
        const { entries, block } = store.recordLength(shard, index)
        return block > since ? [{ shard, index, block, entries }] : []
      })
      return { head, lineage, through: head, changed }
    },
    async changedSince(since, limit) {
      const { head, lineage } = changesFrom(since)
      const changed = new Map<string, Changes['changed'][number]>()
      let through = since
      let looked = 0
      while (through < head && changed.size < limit && looked < maxGrowthsLooked) {
        through += 1n
        const growths = await store.growth(through)
        looked += 1 + growths.length
        for (const growth of growths) changed.set(`${growth.shard}/${growth.index}`, { ...growth, block: through })
      }
      return { head, lineage, through, changed: [...changed.values()], looked }
    },
    async block(asked) {
      const { number, bytes } = blockBytes(asked)
      return { block: decodeRecord('block', BlockType, bytes) as Block, ...(await place(number)) }
    },
    async blockOctets(asked) {
      const number = asked === 'latest' ? store.tip.block : asked
      const kept = blocks.get(String(number), store.version) ?? keepBlock(number)
      return { ...kept, forever: asked !== 'latest' && number <= (await finalBlock.number()) }
    },
    async claim(asked) {
      const standing = l2.summary?.claim ?? 0n
      const number = asked === 'latest' ? standing : asked === 'final' ? final() : asked
      const record = await l2.claim(number)
      if (record === undefined) throw new NodeError({ code: 'CLAIM_UNKNOWN', claim: number, standing })
      const underWay =
        progress.claim?.claim.number === number && (progress.state === 'wrong' || progress.state === 'waiting')
      const isBefore = store.joined !== undefined && number <= store.joined.claim
      const state = isBefore
        ? 'joined'
        : number <= store.tip.claim
          ? 'verified'
          : underWay
            ? (progress.state as ClaimState)
            : 'pending'
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
    async snapshotManifest() {
      const manifest = await snapshots.served.newest()
      if (manifest === undefined) throw new NodeError({ code: 'SNAPSHOT_UNKNOWN', final: final() })
      return manifest
    },
    async snapshotPart(digest) {
      const place = await snapshots.served.place(digest)
      const bytes = place && (await snapshots.chunkBytes(place.block, place.chunk))
      if (bytes === undefined) throw new NodeError({ code: 'SNAPSHOT_PART_UNKNOWN', digest })
      return bytes
    },
  }
}

/** Bytes of pages, and of blocks, that are kept after they were read. */
const keptBytes = 32 * 1024 * 1024

type KeptPage = KeptAnswer & RecordBytes
/** Hex digits of a tag: 128 bits of a SHA-256. */
const tagDigits = 32
const headerBytes = BlockHeaderType.fixedSize as number
/** Blocks, and conversations in them, that one answer looks through for changes before it begins no further block. */
const maxGrowthsLooked = 16_384

/** The last block that is final and verified here. */
class FinalBlock {
  private known = { claim: 0n, block: 0n }
  private readonly store: ChainStore
  private readonly final: () => bigint

  constructor(store: ChainStore, final: () => bigint) {
    this.store = store
    this.final = final
  }

  async number(): Promise<bigint> {
    const { tip } = this.store
    const final = this.final()
    const claim = final < tip.claim ? final : tip.claim
    if (claim !== this.known.claim) this.known = { claim, block: (await this.store.claim(claim))?.last ?? 0n }
    return this.known.block
  }
}
