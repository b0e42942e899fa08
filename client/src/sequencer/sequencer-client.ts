import { sequencerRoutes } from '@parley/api'
import {
  type Account,
  type Conversation,
  type ConversationEntry,
  type SealedBlock,
  type SignedMessage,
  type SignedOperation,
  SignedOperationType,
  signedMessageBytes,
} from '@parley/protocol/light'
import { createApi, type JsonOf } from '../api.ts'
import { assertBetween, encodeMessages, maxMessagesPerRequest } from '../build/message.ts'
import { accepted, type HttpOptions, type ServerDeps } from '../http.ts'
import { type BucketStart, type BucketsFeed, watchBuckets } from './buckets-feed.ts'
import { followConversation } from './conversation-feed.ts'
import { type ConversationStart, type ConversationsFeed, followConversations } from './conversations-feed.ts'
import type { LiveFeedOptions } from './live-feed.ts'
import { type MessageStream, type MessageStreamOptions, openMessageStream } from './message-stream.ts'
import { decodeReceipts, type Receipt } from './receipts.ts'
import type { FeedOptions } from './resumable-feed.ts'

const octets = 'application/octet-stream'
const routes = sequencerRoutes(maxMessagesPerRequest)

/** What a sequencer says of itself. */
export type SequencerStatus = JsonOf<typeof routes.status>
/** Prices of every shard, in mwei. */
export type SequencerPrices = JsonOf<typeof routes.prices>

/** What an application asks of a sequencer. Every call throws {@link ClientError}; reading calls repeat by themselves. */
export interface SequencerClient {
  /**
   * Sends messages in order; each is accepted or refused by itself, and accepted means durable.
   * @param messages - 1 to 4,096 messages, or the same laid out as 111 bytes each.
   * @throws {ClientError} `OUTCOME_UNKNOWN` (ask for the conversation's nonces before sending again), `SERVER_BUSY`
   * (nothing was taken), `REQUEST_REFUSED`.
   */
  submitMessages(messages: readonly SignedMessage[] | Uint8Array, signal?: AbortSignal): Promise<Receipt[]>
  /** Sends one operation. A refusal is an answer, not an exception. Throws as `submitMessages`. */
  submitOperation(operation: SignedOperation, signal?: AbortSignal): Promise<Receipt>
  /** The conversation as accepted so far: its members' nonces are the ones they sign next. Undefined when there is none. */
  conversation(shard: number, index: number, signal?: AbortSignal): Promise<Conversation | undefined>
  account(shard: number, index: number, signal?: AbortSignal): Promise<Account | undefined>
  /** Undefined when it is not sealed yet. Not checked: use a block source for that. */
  block(number: bigint | 'latest', signal?: AbortSignal): Promise<SealedBlock | undefined>
  /** Deployment, head, finality and lanes. Not checked. */
  status(signal?: AbortSignal): Promise<SequencerStatus>
  /** Prices of every shard now. */
  prices(signal?: AbortSignal): Promise<SequencerPrices>
  /** Opens a connection for single messages with low delay. */
  stream(options?: MessageStreamOptions, signal?: AbortSignal): Promise<MessageStream>
  /** What happens in a conversation, as sealed, from message position `from` on; reconnects until `signal`. */
  follow(
    shard: number,
    index: number,
    from: bigint,
    signal: AbortSignal,
    options?: FeedOptions,
  ): AsyncIterable<ConversationEntry>
  /** What happens in many conversations, over one connection at a time; reconnects until `signal`. */
  followMany(starts: readonly ConversationStart[], signal: AbortSignal, options?: LiveFeedOptions): ConversationsFeed
  /** As `followMany`, of whole buckets of conversations: the server does not learn which of them are read. */
  watchMany(starts: readonly BucketStart[], signal: AbortSignal, options?: LiveFeedOptions): BucketsFeed
}

/** Makes a client of the sequencer at `deps.url`. */
export function createSequencerClient(deps: ServerDeps, options: HttpOptions = {}): SequencerClient {
  const api = createApi(deps, options)
  return {
    async submitMessages(messages, signal) {
      const body = messages instanceof Uint8Array ? messages : encodeMessages(messages)
      const count = body.length / signedMessageBytes
      assertBetween('messages', count, 1, maxMessagesPerRequest)
      const { answer, url } = await api.post(routes.messages, body, signal)
      return decodeReceipts(accepted(answer, url).bytes, count, url)
    },
    async submitOperation(operation, signal) {
      const { answer, url } = await api.post(routes.operations, SignedOperationType.serialize(operation), signal)
      const refusedByReceipt = answer.status === 422 && answer.type === octets
      const { bytes } = refusedByReceipt ? answer : accepted(answer, url)
      return decodeReceipts(bytes, 1, url)[0] as Receipt
    },
    conversation: (shard, index, signal) => api.octets(routes.conversation, { params: { shard, index } }, signal),
    account: (shard, index, signal) => api.octets(routes.account, { params: { shard, index } }, signal),
    block: async (number, signal) =>
      (await api.octets(routes.block, { params: { number } }, signal)) as SealedBlock | undefined,
    status: (signal) => api.json(routes.status, {}, signal),
    prices: (signal) => api.json(routes.prices, {}, signal),
    stream: (streamOptions, signal) => openMessageStream(deps, streamOptions, signal),
    follow: (shard, index, from, signal, feedOptions) =>
      followConversation(deps, { shard, index, from }, feedOptions, signal),
    followMany: (starts, signal, feedOptions = {}) => followConversations(deps, starts, feedOptions, signal),
    watchMany: (starts, signal, feedOptions = {}) => watchBuckets(deps, starts, feedOptions, signal),
  }
}
