import {
  type Account,
  AccountType,
  type Conversation,
  type ConversationEntry,
  ConversationType,
  type SealedBlock,
  SealedBlockType,
  type SignedMessage,
  type SignedOperation,
  SignedOperationType,
  signedMessageBytes,
} from '@parley/protocol'
import { demandBetween, encodeMessages, maxMessagesPerRequest } from '../build/message.ts'
import { ClientError } from '../faults.ts'
import { accepted, createHttp, type HttpOptions, jsonOf, type ServerDeps } from '../http.ts'
import { type ConversationFeedOptions, followConversation } from './conversation-feed.ts'
import { type MessageStream, type MessageStreamOptions, openMessageStream } from './message-stream.ts'
import { decodeReceipts, type Receipt } from './receipts.ts'
import { decodeSsz } from './ssz-answer.ts'

const octets = 'application/octet-stream'

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
  /** Deployment, head, finality and lanes, as the server's OpenAPI document describes them. */
  status(signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>
  /** Prices of every shard now. */
  prices(signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>
  /** Opens a connection for single messages with low delay. */
  stream(options?: MessageStreamOptions, signal?: AbortSignal): Promise<MessageStream>
  /** What happens in a conversation, as sealed, from message position `from` on; reconnects until `signal`. */
  follow(
    shard: number,
    index: number,
    from: bigint,
    signal: AbortSignal,
    options?: ConversationFeedOptions,
  ): AsyncIterable<ConversationEntry>
}

/** Makes a client of the sequencer at `deps.url`. */
export function createSequencerClient(deps: ServerDeps, options: HttpOptions = {}): SequencerClient {
  const http = createHttp(deps, options)
  const url = deps.url.replace(/\/+$/, '')

  const readSsz = async <T>(
    path: string,
    type: { deserialize(bytes: Uint8Array): T },
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> => {
    const answer = await http({ path, accept: octets }, signal)
    if (answer.status === 404) return undefined
    return decodeSsz(type, accepted(answer, url + path).bytes, url + path)
  }
  const readJson = async (path: string, signal: AbortSignal | undefined): Promise<Record<string, unknown>> => {
    const value = jsonOf(accepted(await http({ path }, signal), url + path), url + path)
    if (typeof value !== 'object' || value === null)
      throw new ClientError({ code: 'ANSWER_INVALID', url: url + path, reason: 'is not an object' })
    return value as Record<string, unknown>
  }

  return {
    async submitMessages(messages, signal) {
      const body = messages instanceof Uint8Array ? messages : encodeMessages(messages)
      const count = body.length / signedMessageBytes
      demandBetween('messages', count, 1, maxMessagesPerRequest)
      const path = '/v1/messages'
      const answer = accepted(await http({ path, body, accept: octets }, signal), url + path)
      return decodeReceipts(answer.bytes, count, url + path)
    },
    async submitOperation(operation, signal) {
      const path = '/v1/operations'
      const body = SignedOperationType.serialize(operation)
      const answer = await http({ path, body, accept: octets }, signal)
      const refusedByReceipt = answer.status === 422 && answer.type === octets
      const { bytes } = refusedByReceipt ? answer : accepted(answer, url + path)
      return decodeReceipts(bytes, 1, url + path)[0] as Receipt
    },
    conversation: (shard, index, signal) => readSsz(`/v1/conversations/${shard}/${index}`, ConversationType, signal),
    account: (shard, index, signal) => readSsz(`/v1/accounts/${shard}/${index}`, AccountType, signal),
    block: async (number, signal) =>
      (await readSsz(`/v1/blocks/${number}`, SealedBlockType, signal)) as SealedBlock | undefined,
    status: (signal) => readJson('/v1/status', signal),
    prices: (signal) => readJson('/v1/prices', signal),
    stream: (streamOptions, signal) => openMessageStream({ url }, streamOptions, signal),
    follow: (shard, index, from, signal, feedOptions) =>
      followConversation(deps, { shard, index, from }, feedOptions, signal),
  }
}
