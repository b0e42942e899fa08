import { nodeRoutes, readLimits } from '@parley/api'
import {
  type Account,
  type Bytes32,
  type Conversation,
  type ConversationPlace,
  limits,
  type SignedHeader,
  SignedHeaderType,
  sameBytes,
  verifyAccount,
  verifyConversation,
} from '@parley/protocol/light'
import { systemClock } from '@parley/runtime'
import { createApi, type JsonOf } from '../api.ts'
import { assertBetween } from '../build/message.ts'
import { ClientError } from '../faults.ts'
import type { HttpOptions, ServerDeps } from '../http.ts'
import { getClaim, type StandingClaim } from '../rollup/get-claim.ts'
import { type ProofAnswer, type RecordEntry, recordEntryOf, type StateAnswer } from './answers.ts'
import { claimOf, finalBlock, gradeOf, type L2Deps } from './claims.ts'
import type { Grade } from './grade.ts'
import { checkConversations, placesBody } from './many.ts'
import { checkRecordSignatures, findRecordGap, type RecordSignatures } from './verify-record.ts'

/** Under which root something was shown, and what that is worth. */
export interface ProvenState {
  /** What the root is: the node's own word until the L2 has it. */
  readonly grade: Grade
  /** Block after which the state is. */
  readonly block: bigint
  /** That block's, in milliseconds. */
  readonly timestamp: bigint
  readonly stateRoot: Bytes32
  /** The claim that ends with this state, as the L2 has it; undefined for grade `node`. */
  readonly claim: StandingClaim | undefined
}

/** The same with the way there. */
export interface ProvenAt extends ProvenState {
  /** From the leaf up, for contracts and for others to check. */
  readonly branch: readonly Bytes32[]
}

export interface ProvenConversation extends ProvenAt {
  readonly conversation: Conversation
}

/** Many conversations of one state. */
export interface ProvenConversations extends ProvenState {
  /** In the order asked; undefined where the node knows none, which proves nothing. */
  readonly conversations: readonly (Conversation | undefined)[]
}

export interface CompleteConversation extends ProvenConversation {
  /** Every message and membership change there is up to this state, in order. */
  readonly record: readonly RecordEntry[]
  /** What the entries' signatures show; undefined under a final root, where `head` and `messageCount` are the proof. */
  readonly signatures: RecordSignatures | undefined
}

export interface ProvenAccount extends ProvenAt {
  readonly account: Account
}

export interface NodeClientDeps extends ServerDeps {
  /** Where claims are read. Without it every answer has grade `node`: it fits a root that the node itself named. */
  readonly l2?: L2Deps
}

export interface NodeClientOptions extends HttpOptions {
  /** Chain id of the L2; part of what members sign. */
  readonly chainId: bigint
}

export interface ReadOptions {
  /** The only root to accept; the node's when left out. */
  readonly stateRoot?: Bytes32
  /** The node's latest state, or the newest that is final. @default 'latest' */
  readonly at?: 'latest' | 'final' | undefined
  readonly signal?: AbortSignal
}

/** What a node says of itself. */
export type NodeStatus = JsonOf<typeof nodeRoutes.status>

/** Conversations whose records grew, by the node's word. */
export type RecordChanges = JsonOf<typeof nodeRoutes.changes>

/** Reads of a node. What is returned fits a state root, and `grade` says whose root that is. */
export interface NodeClient {
  /**
   * A conversation. Undefined when the node knows none, which proves nothing.
   * @throws {ClientError} `PROOF_INVALID`; `STATE_ROOT_MISMATCH` when the node answers for another root than was asked for,
   * or than the L2 has for the claim it names.
   */
  conversation(shard: number, index: number, options?: ReadOptions): Promise<ProvenConversation | undefined>
  /**
   * Many conversations of one state, by one proof.
   * @param places - 1 to 1,000, in any order.
   * @throws {ClientError} as `conversation`; `ARGUMENT_OUT_OF_RANGE`; `PLACES_MISMATCH`; `REQUEST_REFUSED` with `READ_SIZE` when they
   * are too large to be answered together.
   */
  conversations(places: readonly ConversationPlace[], options?: ReadOptions): Promise<ProvenConversations>
  /**
   * Which of these conversations have new entries in blocks after one. The node's word, which proves nothing: who relies on it
   * reads the conversations.
   * @throws {ClientError} `REQUEST_REFUSED` with `BLOCK_UNKNOWN` when the node is not there yet, or was set back.
   */
  changes(since: bigint, places: readonly ConversationPlace[], signal?: AbortSignal): Promise<RecordChanges>
  /** The same of all conversations, in whole blocks up to `through`: to be asked again from there while that is not `head`. */
  changedSince(since: bigint, signal?: AbortSignal): Promise<RecordChanges>
  /**
   * A conversation with its whole record: `head` computed anew over the entries is the conversation's, and every entry that
   * is not final is signed by the member it names.
   * @throws {ClientError} `HISTORY_INCOMPLETE`, `ENTRY_UNSIGNED`, `ENTRY_FORGED` besides.
   */
  completeConversation(shard: number, index: number, options?: ReadOptions): Promise<CompleteConversation | undefined>
  /** An account: what a withdrawal on the L2 takes. */
  account(shard: number, index: number, options?: ReadOptions): Promise<ProvenAccount | undefined>
  /**
   * Hands a header with the sequencer's signature to a node that watches: should the sequencer sign another one for its block, it
   * is found, whoever was shown which. May be repeated.
   * @param sealed - Such as a block of a block source.
   * @returns `contradicts` when the node knows another header of the block.
   * @throws {ClientError} `REQUEST_REFUSED` with `HEADER_UNSIGNED` when the key did not sign it.
   */
  showHeader(sealed: SignedHeader, signal?: AbortSignal): Promise<'kept' | 'known' | 'contradicts'>
  /** The node's own account of itself, unchecked. */
  status(signal?: AbortSignal): Promise<NodeStatus>
  /**
   * Waits until the L2 has made the claim final: then the proof is good for the L2.
   * @returns the same, with grade `final`.
   * @throws {ClientError} `L2_MISSING`; `PROOF_UNCLAIMED` when no claim ends with the state: read again; `CLAIM_REPLACED`
   * when the claim was removed or another took its place.
   */
  untilFinal<P extends ProvenAt>(proven: P, signal: AbortSignal): Promise<P>
}

const finalityPollMs = 1000
const maxAccountIndex = 0xffff_ffff

/** Makes a client of the node at `deps.url`. */
export function createNodeClient(deps: NodeClientDeps, options: NodeClientOptions): NodeClient {
  const api = createApi(deps, options)
  const { l2, clock = systemClock } = deps

  const l2BlockOf = async (number: bigint, signal: AbortSignal | undefined): Promise<bigint | undefined> =>
    (await api.find(nodeRoutes.claim, { params: { number } }, signal))?.l2.blockNumber

  /** What an answer leads to, once its proof holds. */
  const provenState = async (answer: StateAnswer, signal: AbortSignal | undefined): Promise<ProvenState> => {
    const claim = l2 === undefined ? undefined : await claimOf(answer, l2, l2BlockOf, signal)
    const { block, timestamp, stateRoot } = answer
    const told = claim === undefined ? { block, timestamp } : { block: claim.block, timestamp: claim.timestamp }
    return { grade: gradeOf(claim), ...told, stateRoot, claim }
  }
  const provenAt = async (answer: ProofAnswer, signal: AbortSignal | undefined): Promise<ProvenAt> => {
    return { ...(await provenState(answer, signal)), branch: answer.proof.branch }
  }

  const conversation = async (
    shard: number,
    index: number,
    { stateRoot, at, signal }: ReadOptions = {},
  ): Promise<ProvenConversation | undefined> => {
    assertPlace(shard, index, limits.conversationsPerShard - 1)
    const answer = await api.findSmall(nodeRoutes.conversation, { params: { shard, index }, query: { at } }, signal)
    if (answer === undefined) return undefined
    const { conversation: shown } = answer
    assertRoot(answer, stateRoot)
    if (!verifyConversation(answer.stateRoot, shard, index, shown, answer.proof.branch))
      throw new ClientError({ code: 'PROOF_INVALID', of: 'conversation', shard, index, stateRoot: answer.stateRoot })
    return { conversation: shown, ...(await provenAt(answer, signal)) }
  }

  /** Exactly the entries that the proven counters say there are: later ones are not of this state. */
  const record = async (
    shard: number,
    index: number,
    count: bigint,
    signal: AbortSignal | undefined,
  ): Promise<RecordEntry[]> => {
    const entries: RecordEntry[] = []
    while (BigInt(entries.length) < count) {
      const left = count - BigInt(entries.length)
      const limit = left < BigInt(readLimits.pageEntries) ? Number(left) : readLimits.pageEntries
      const query = { from: BigInt(entries.length), limit }
      const page = await api.findSmall(nodeRoutes.messages, { params: { shard, index }, query }, signal)
      const received = page?.entries.slice(0, limit) ?? []
      if (received.length === 0) break
      entries.push(...received.map(recordEntryOf))
    }
    return entries
  }

  return {
    conversation,
    async conversations(places, { stateRoot, at, signal } = {}) {
      const body = placesBody(places)
      const answer = await api.exchange(nodeRoutes.conversations, { query: { at } }, body, signal)
      assertRoot(answer, stateRoot)
      const conversations = checkConversations(answer, places)
      return { conversations, ...(await provenState(answer, signal)) }
    },
    changes: async (since, places, signal) => api.exchange(nodeRoutes.changes, {}, placesBody(places, since), signal),
    changedSince: (since, signal) => api.json(nodeRoutes.changedSince, { query: { since } }, signal),
    async completeConversation(shard, index, readOptions = {}) {
      const proven = await conversation(shard, index, readOptions)
      if (proven === undefined) return undefined
      const { signal } = readOptions
      const { messageCount, epoch } = proven.conversation
      const entries = await record(shard, index, messageCount + epoch, signal)
      const gap = findRecordGap(options.chainId, proven.conversation, entries)
      if (gap !== undefined) throw new ClientError({ code: 'HISTORY_INCOMPLETE', shard, index, gap })
      if (proven.grade === 'final') return { ...proven, record: entries, signatures: undefined }
      const place = {
        shard,
        index,
        conversation: proven.conversation,
        finalBlock: l2 === undefined ? undefined : await finalBlock(l2, l2BlockOf, signal),
      }
      return { ...proven, record: entries, signatures: checkRecordSignatures(options.chainId, place, entries) }
    },
    async account(shard, index, { stateRoot, at, signal } = {}) {
      assertPlace(shard, index, maxAccountIndex)
      const answer = await api.findSmall(nodeRoutes.account, { params: { shard, index }, query: { at } }, signal)
      if (answer === undefined) return undefined
      const { account } = answer
      assertRoot(answer, stateRoot)
      if (!verifyAccount(answer.stateRoot, shard, index, account, answer.proof.branch))
        throw new ClientError({ code: 'PROOF_INVALID', of: 'account', shard, index, stateRoot: answer.stateRoot })
      return { account, ...(await provenAt(answer, signal)) }
    },
    showHeader: async ({ header, signature }, signal) =>
      (await api.send(nodeRoutes.header, SignedHeaderType.serialize({ header, signature }), signal)).taken,
    status: (signal) => api.json(nodeRoutes.status, {}, signal),
    async untilFinal(proven, signal) {
      if (l2 === undefined) throw new ClientError({ code: 'L2_MISSING' })
      const { claim: asked, block, stateRoot } = proven
      if (asked === undefined) throw new ClientError({ code: 'PROOF_UNCLAIMED', block })
      const { number, l2Block, hash } = asked
      while (true) {
        const claim = await getClaim(l2.client, { rollup: l2.rollup, number, l2Block })
        if (claim === undefined || !sameBytes(claim.hash, hash) || !sameBytes(claim.stateRoot, stateRoot))
          throw new ClientError({ code: 'CLAIM_REPLACED', claim: number, stateRoot })
        if (claim.final) return { ...proven, claim, grade: 'final' }
        await clock.sleep(finalityPollMs, signal)
      }
    },
  }
}

function assertPlace(shard: number, index: number, maxIndex: number): void {
  assertBetween('shard', shard, 0, limits.shards - 1)
  assertBetween('index', index, 0, maxIndex)
}

function assertRoot({ stateRoot }: StateAnswer, expected: Bytes32 | undefined): void {
  if (expected !== undefined && !sameBytes(expected, stateRoot))
    throw new ClientError({ code: 'STATE_ROOT_MISMATCH', expected, received: stateRoot })
}
