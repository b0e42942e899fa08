import { ClientError, type Receipt, type SequencerClient } from '@parley/client'
import { OperationKind, type SignedMessage, type SignedOperation, sameBytes } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Talk } from './talk.ts'

/** How an offer fared. `found`: accepted, but the answer was lost; the state shows that it was taken. */
export type Delivered = Receipt | { readonly accepted: 'found'; readonly index: number }

export type LoadClient = Pick<SequencerClient, 'submitMessages' | 'submitOperation' | 'conversation' | 'account'>

export interface DeliveryDeps {
  readonly client: LoadClient
  readonly clock: Clock
}

export interface DeliveryOptions {
  /** Milliseconds for which a sequencer that does not answer is asked again. */
  readonly persistMs: number
  /** Milliseconds between such attempts. */
  readonly retryEveryMs: number
}

/** Sends offers to the sequencer, each taken exactly once whatever happens to connections and to the sequencer. */
export interface Delivery {
  /** @throws {ClientError} when the sequencer stays away for `persistMs`, or answers what it must not. */
  messages(messages: readonly SignedMessage[], signal: AbortSignal): Promise<Delivered[]>
  operation(talk: Talk, operation: SignedOperation, signal: AbortSignal): Promise<Delivered>
}

const awayCodes: ReadonlySet<string> = new Set([
  'OUTCOME_UNKNOWN',
  'SERVER_UNREACHABLE',
  'SERVER_BUSY',
  'REQUEST_TIMEOUT',
])

const isAway = (error: unknown): boolean => error instanceof ClientError && awayCodes.has(error.fault.code)

const found = (index = 0): Delivered => ({ accepted: 'found', index })

export function createDelivery({ client, clock }: DeliveryDeps, options: DeliveryOptions): Delivery {
  /** Repeats `attempt` while the sequencer is away. */
  async function persist<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const until = clock.now() + options.persistMs
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        if (!isAway(error) || clock.now() >= until) throw error
      }
      await clock.sleep(options.retryEveryMs, signal)
    }
  }

  async function messages(all: readonly SignedMessage[], signal: AbortSignal): Promise<Delivered[]> {
    let sentBefore = false
    return persist(async () => {
      const again = sentBefore
      sentBefore = true
      const receipts = await client.submitMessages(all, signal)
      // What was taken the first time is refused the second time, and the nonce expected shows it.
      return receipts.map((receipt, i) => (again && isTaken(receipt, all[i] as SignedMessage) ? found() : receipt))
    }, signal)
  }

  async function operation(talk: Talk, signed: SignedOperation, signal: AbortSignal): Promise<Delivered> {
    let sentBefore = false
    return persist(async () => {
      const index = sentBefore ? await indexOfTaken(talk, signed, signal) : undefined
      if (index !== undefined) return found(index)
      sentBefore = true
      return client.submitOperation(signed, signal)
    }, signal)
  }

  /** Index of the conversation that an operation sent before belongs to, if the state shows that it was taken. */
  async function indexOfTaken(
    talk: Talk,
    { operation }: SignedOperation,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { shard } = talk
    if (operation.selector === OperationKind.changeMembers) {
      const conversation = await client.conversation(shard, talk.index, signal)
      return conversation !== undefined && conversation.epoch > operation.value.epoch ? talk.index : undefined
    }
    const account = await client.account(shard, operation.value.account, signal)
    if (account === undefined || account.nonce <= operation.value.nonce) return undefined
    if (operation.selector !== OperationKind.createConversation) return talk.index
    return indexOf(shard, talk.id, signal)
  }

  /** Looks through a shard for the conversation of an id. */
  async function indexOf(shard: number, id: Uint8Array, signal: AbortSignal): Promise<number | undefined> {
    for (let index = 0; ; index += 1) {
      const conversation = await client.conversation(shard, index, signal)
      if (conversation === undefined) return undefined
      if (sameBytes(conversation.id, id)) return index
    }
  }

  return { messages, operation }
}

function isTaken(receipt: Receipt, message: SignedMessage): boolean {
  return !receipt.accepted && receipt.refusal === 'NONCE_MISMATCH' && receipt.expected > message.nonce
}
