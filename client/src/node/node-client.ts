import {
  type Account,
  type Bytes32,
  type Conversation,
  limits,
  sameBytes,
  verifyAccount,
  verifyConversation,
} from '@parley/protocol'
import { demandBetween } from '../build/message.ts'
import { systemClock } from '../clock.ts'
import { ClientError } from '../faults.ts'
import { accepted, createHttp, type HttpOptions, jsonOf, type ServerDeps } from '../http.ts'
import {
  accountOf,
  conversationOf,
  type ProofAnswer,
  proofAnswerOf,
  type RecordEntry,
  recordEntryOf,
} from './answers.ts'
import { JsonObject } from './json-value.ts'
import { findRecordGap } from './verify-record.ts'

/** What was proven, and under which root. */
export interface ProvenAt extends Omit<ProofAnswer, 'branch'> {
  /** From the leaf up, for contracts and for others to check. */
  readonly branch: readonly Bytes32[]
}

export interface ProvenConversation extends ProvenAt {
  readonly conversation: Conversation
}

export interface CompleteConversation extends ProvenConversation {
  /** Every message and membership change there is up to the proven state, in order. */
  readonly record: readonly RecordEntry[]
}

export interface ProvenAccount extends ProvenAt {
  readonly account: Account
}

export interface NodeClientOptions extends HttpOptions {
  /** Chain id of the L2; part of what members sign. */
  readonly chainId: bigint
}

export interface ReadOptions {
  /**
   * State root to prove against, such as that of a final claim read from the L2. Without it the root is the node's own
   * word, and what is proven is that all answers fit that root.
   */
  readonly stateRoot?: Bytes32
  readonly signal?: AbortSignal
}

/** Reads of a node whose answers prove themselves. Nothing is returned that was not checked. */
export interface NodeClient {
  /**
   * A conversation, proven. Undefined when the node knows none, which proves nothing.
   * @throws {ClientError} `PROOF_INVALID`, `STATE_ROOT_MISMATCH` when the node answers for another root.
   */
  conversation(shard: number, index: number, options?: ReadOptions): Promise<ProvenConversation | undefined>
  /**
   * A conversation with its whole record, proven complete: `head` computed anew over the entries is the proven one.
   * @throws {ClientError} `HISTORY_INCOMPLETE` besides.
   */
  completeConversation(shard: number, index: number, options?: ReadOptions): Promise<CompleteConversation | undefined>
  /** An account, proven: what a withdrawal on the L2 takes. */
  account(shard: number, index: number, options?: ReadOptions): Promise<ProvenAccount | undefined>
  /** The node's own account of itself, unchecked. */
  status(signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>
  /** Whether a claim is final by the node's word; undefined when it does not stand. */
  isFinal(claim: bigint, signal?: AbortSignal): Promise<boolean | undefined>
  /**
   * Waits until what was proven is final by the node's word: then the proof is good for the L2.
   * @throws {ClientError} `PROOF_UNCLAIMED` when no claim ends with the proven state: read again; `CLAIM_REPLACED` when
   * the claim was removed or another took its place.
   */
  untilFinal(proven: ProvenAt, signal: AbortSignal): Promise<void>
}

const pageEntries = 1000
const finalityPollMs = 1000
const maxAccountIndex = 0xffff_ffff

/** Makes a client of the node at `deps.url`. */
export function createNodeClient(deps: ServerDeps, options: NodeClientOptions): NodeClient {
  const http = createHttp(deps, options)
  const clock = deps.clock ?? systemClock
  const base = deps.url.replace(/\/+$/, '')

  const read = async (path: string, signal: AbortSignal | undefined): Promise<JsonObject | undefined> => {
    const answer = await http({ path }, signal)
    if (answer.status === 404) return undefined
    return new JsonObject(jsonOf(accepted(answer, base + path), base + path), base + path)
  }

  const conversation = async (
    shard: number,
    index: number,
    { stateRoot, signal }: ReadOptions = {},
  ): Promise<ProvenConversation | undefined> => {
    demandPlace(shard, index, limits.conversationsPerShard - 1)
    const json = await read(`/v1/conversations/${shard}/${index}`, signal)
    if (json === undefined) return undefined
    const proven = { conversation: conversationOf(json.object('conversation')), ...proofAnswerOf(json) }
    demandRoot(proven, stateRoot)
    if (!verifyConversation(proven.stateRoot, shard, index, proven.conversation, proven.branch))
      throw new ClientError({ code: 'PROOF_INVALID', of: 'conversation', shard, index, stateRoot: proven.stateRoot })
    return proven
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
      const limit = left < BigInt(pageEntries) ? Number(left) : pageEntries
      const page = await read(
        `/v1/conversations/${shard}/${index}/messages?from=${entries.length}&limit=${limit}`,
        signal,
      )
      const received = page?.objects('entries', limit).map(recordEntryOf) ?? []
      if (received.length === 0) break
      entries.push(...received)
    }
    return entries
  }

  return {
    conversation,
    async completeConversation(shard, index, readOptions) {
      const proven = await conversation(shard, index, readOptions)
      if (proven === undefined) return undefined
      const { messageCount, epoch } = proven.conversation
      const entries = await record(shard, index, messageCount + epoch, readOptions?.signal)
      const gap = findRecordGap(options.chainId, proven.conversation, entries)
      if (gap !== undefined) throw new ClientError({ code: 'HISTORY_INCOMPLETE', shard, index, gap })
      return { ...proven, record: entries }
    },
    async account(shard, index, { stateRoot, signal } = {}) {
      demandPlace(shard, index, maxAccountIndex)
      const json = await read(`/v1/accounts/${shard}/${index}`, signal)
      if (json === undefined) return undefined
      const proven = { account: accountOf(json.object('account')), ...proofAnswerOf(json) }
      demandRoot(proven, stateRoot)
      if (!verifyAccount(proven.stateRoot, shard, index, proven.account, proven.branch))
        throw new ClientError({ code: 'PROOF_INVALID', of: 'account', shard, index, stateRoot: proven.stateRoot })
      return proven
    },
    async status(signal) {
      const path = '/v1/status'
      const value = jsonOf(accepted(await http({ path }, signal), base + path), base + path)
      if (typeof value !== 'object' || value === null)
        throw new ClientError({ code: 'ANSWER_INVALID', url: base + path, reason: 'is not an object' })
      return value as Record<string, unknown>
    },
    isFinal: async (claim, signal) => (await read(`/v1/claims/${claim}`, signal))?.flag('final'),
    async untilFinal({ claim, endsClaim, stateRoot, block }, signal) {
      if (claim === undefined || !endsClaim) throw new ClientError({ code: 'PROOF_UNCLAIMED', block })
      while (true) {
        const json = await read(`/v1/claims/${claim}`, signal)
        const received = json?.object('claim').object('lastHeader').bytes('stateRoot', 32)
        if (json === undefined || received === undefined || !sameBytes(received, stateRoot))
          throw new ClientError({ code: 'CLAIM_REPLACED', claim, stateRoot })
        if (json.flag('final')) return
        await clock.sleep(finalityPollMs, signal)
      }
    },
  }
}

function demandPlace(shard: number, index: number, maxIndex: number): void {
  demandBetween('shard', shard, 0, limits.shards - 1)
  demandBetween('index', index, 0, maxIndex)
}

function demandRoot({ stateRoot }: ProofAnswer, expected: Bytes32 | undefined): void {
  if (expected !== undefined && !sameBytes(expected, stateRoot))
    throw new ClientError({ code: 'STATE_ROOT_MISMATCH', expected, received: stateRoot })
}
