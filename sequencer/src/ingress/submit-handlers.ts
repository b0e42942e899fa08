import { maxOperationBytes, RequestError, type sequencerRoutes } from '@parley/api'
import type { Exchange, Handlers } from '@parley/api/server'
import {
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  SignedOperationType,
  signedMessageBytes,
  TransitionError,
} from '@parley/protocol'
import type { FastifyRequest } from 'fastify'
import { SequencerError } from '../faults.ts'
import type { Intake } from './intake.ts'
import { answerOf } from './outcome.ts'
import type { Receipts } from './receipts.ts'

export interface SubmitDeps {
  readonly intake: Intake
  /** What a request costs. */
  readonly exchangeOf: (request: FastifyRequest) => Exchange
  readonly maxMessages: number
}

/** Bodies that are octets, or missing. */
const octetsOf = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array(0))

function assertSize({ length }: Uint8Array, minimum: number, maximum: number, multipleOf: number): void {
  if (length < minimum || length > maximum || length % multipleOf !== 0)
    throw new RequestError({ code: 'BODY_SIZE', bytes: length, minimum, maximum, multipleOf })
}

function messagesOf(body: Uint8Array | readonly SignedMessage[] | undefined, maxMessages: number): Uint8Array {
  if (body === undefined || body instanceof Uint8Array) {
    const bytes = octetsOf(body)
    assertSize(bytes, signedMessageBytes, maxMessages * signedMessageBytes, signedMessageBytes)
    return bytes
  }
  const bytes = new Uint8Array(body.length * signedMessageBytes)
  body.forEach((message, i) => {
    bytes.set(SignedMessageType.serialize(message), i * signedMessageBytes)
  })
  return bytes
}

function operationOf(body: Uint8Array | SignedOperation | undefined): SignedOperation {
  if (body !== undefined && !(body instanceof Uint8Array)) return body
  const { buffer, byteOffset, byteLength } = octetsOf(body)
  // No Buffer: its slices share memory, where SSZ expects copies.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  assertSize(bytes, 1, maxOperationBytes, 1)
  try {
    return SignedOperationType.deserialize(bytes) as SignedOperation
  } catch (cause) {
    throw new RequestError({ code: 'BODY_MALFORMED', reason: 'not SSZ of SignedOperation' }, { cause })
  }
}

/** What a message with a junk signature costs beyond a good one: it takes a lane's time and pays nothing. */
export const junkTokens = 99

/** Submits what was charged before its body was read; what is not taken is not charged. */
async function charged(exchange: Exchange, submit: () => Promise<Receipts>): Promise<Receipts> {
  try {
    const receipts = await submit()
    exchange.owe(receipts.junk * junkTokens)
    return receipts
  } catch (error) {
    if (error instanceof SequencerError && error.fault.code === 'OVERLOADED') exchange.refundBody()
    throw error
  }
}

/** Takes messages and operations. */
export function submitHandlers({
  intake,
  maxMessages,
  exchangeOf,
}: SubmitDeps): Pick<Handlers<ReturnType<typeof sequencerRoutes>>, 'messages' | 'operations'> {
  return {
    async messages({ body, fromOctets, request }) {
      const messages = messagesOf(body, maxMessages)
      const receipts = await charged(exchangeOf(request), async () => intake.submitMessages(messages))
      return fromOctets ? receipts.bytes : receipts.outcomes().map(answerOf)
    },
    async operations({ body, fromOctets, request }) {
      const operation = operationOf(body as SignedOperation | Uint8Array)
      const receipts = await charged(exchangeOf(request), async () => intake.submitOperation(operation))
      if (fromOctets) return receipts.bytes
      const outcome = receipts.outcome(0)
      if (!outcome.accepted) throw new TransitionError(outcome.fault)
      return outcome
    },
  }
}
