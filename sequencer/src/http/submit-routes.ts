import {
  messageReceiptBytes,
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  SignedOperationType,
  signedMessageBytes,
  TransitionError,
} from '@parley/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SequencerError } from '../faults.ts'
import type { Intake } from '../pipeline/intake.ts'
import type { Receipts } from '../pipeline/receipts.ts'
import type { Quota } from './quota.ts'
import { jsonOfOutcome } from './receipts.ts'
import { bytesBody, json, octets, type Route, sentOctets } from './route.ts'
import { objectSchema, parseSsz, type SszType, schemaOfSsz, uint64Schema } from './ssz-json.ts'

export interface SubmitDeps {
  readonly intake: Intake
  readonly quota: Quota
  readonly maxMessages: number
}

/** Bytes of the longest operation with its signatures, rounded up; and the same in JSON. */
const maxOperationBytes = 8 * 1024
const maxOperationJsonBytes = 32 * 1024
/** A message in JSON, with room for spaces. */
const maxMessageJsonBytes = 640

const acceptedSchema = objectSchema({ accepted: { const: true }, block: uint64Schema, position: uint64Schema })
const refusedSchema = objectSchema({ accepted: { const: false }, fault: { $ref: '#/components/schemas/Fault' } })

const submitFaults = {
  400: 'The body does not decode, or a field is not what it must be',
  413: 'The body is too long',
  415: 'The body is neither SSZ nor JSON',
  429: 'No room, or the quota is used up; nothing of the body was taken',
  503: 'The sequencer is stopping; what became of the body is not known',
}

function messagesOf(body: unknown, fromOctets: boolean, maxMessages: number): Uint8Array {
  if (!fromOctets) return messagesOfJson(body, maxMessages)
  const bytes = body as Uint8Array | undefined
  const length = bytes?.length ?? 0
  if (
    bytes === undefined ||
    length === 0 ||
    length % signedMessageBytes !== 0 ||
    length > maxMessages * signedMessageBytes
  )
    throw new SequencerError({
      code: 'BODY_SIZE',
      bytes: length,
      minimum: signedMessageBytes,
      maximum: maxMessages * signedMessageBytes,
      multipleOf: signedMessageBytes,
    })
  return bytes
}

function messagesOfJson(body: unknown, maxMessages: number): Uint8Array {
  if (!Array.isArray(body) || body.length === 0 || body.length > maxMessages)
    throw new SequencerError({ code: 'FIELD_INVALID', field: '', expected: `a list of 1 to ${maxMessages} messages` })
  const bytes = new Uint8Array(body.length * signedMessageBytes)
  body.forEach((value, i) => {
    const message = parseSsz(SignedMessageType as SszType, value, `[${i}]`) as SignedMessage
    bytes.set(SignedMessageType.serialize(message), i * signedMessageBytes)
  })
  return bytes
}

function operationOf(body: unknown, fromOctets: boolean): SignedOperation {
  if (!fromOctets) return parseSsz(SignedOperationType as SszType, body, '') as SignedOperation
  const { buffer, byteOffset, byteLength } = (body as Uint8Array | undefined) ?? new Uint8Array(0)
  // No Buffer: its slices share memory, where SSZ expects copies.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  if (bytes.length === 0 || bytes.length > maxOperationBytes)
    throw new SequencerError({
      code: 'BODY_SIZE',
      bytes: bytes.length,
      minimum: 1,
      maximum: maxOperationBytes,
      multipleOf: 1,
    })
  try {
    return SignedOperationType.deserialize(bytes) as SignedOperation
  } catch (cause) {
    throw new SequencerError({ code: 'BODY_MALFORMED', reason: 'not SSZ of SignedOperation' }, { cause })
  }
}

function charged(
  { quota }: SubmitDeps,
  address: string,
  entries: number,
  submit: () => Promise<Receipts>,
): Promise<Receipts> {
  quota.charge(address, entries)
  return submit().then((receipts) => {
    quota.chargeJunk(address, receipts.junk)
    return receipts
  })
}

/** Routes that take messages and operations. */
export function submitRoutes(deps: SubmitDeps): Route[] {
  const { intake, maxMessages } = deps
  const postMessages = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const fromOctets = sentOctets(request)
    const messages = messagesOf(request.body, fromOctets, maxMessages)
    const entries = messages.length / signedMessageBytes
    const receipts = await charged(deps, request.ip, entries, () => intake.submitMessages(messages))
    return fromOctets ? reply.type(octets).send(receipts.bytes) : receipts.outcomes().map(jsonOfOutcome)
  }
  const postOperation = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const fromOctets = sentOctets(request)
    const operation = operationOf(request.body, fromOctets)
    const weight = operation.signatures.length
    const receipts = await charged(deps, request.ip, Math.max(1, weight), () => intake.submitOperation(operation))
    if (fromOctets) return reply.type(octets).send(receipts.bytes)
    const outcome = receipts.outcome(0)
    if (!outcome.accepted) throw new TransitionError(outcome.fault)
    return jsonOfOutcome(outcome)
  }
  return [
    {
      method: 'POST',
      path: '/v1/messages',
      summary: 'Takes messages in order. Each is accepted (durable, with its position) or refused by itself.',
      bodyLimit: maxMessages * maxMessageJsonBytes,
      body: {
        [octets]: bytesBody(`1 to ${maxMessages} SignedMessage of ${signedMessageBytes} bytes`),
        [json]: { type: 'array', minItems: 1, maxItems: maxMessages, items: schemaOfSsz(SignedMessageType as SszType) },
      },
      answer: {
        [octets]: bytesBody(`One MessageReceipt of ${messageReceiptBytes} bytes a message, in the same order`),
        [json]: { type: 'array', items: { oneOf: [acceptedSchema, refusedSchema] } },
      },
      faults: submitFaults,
      handle: postMessages,
    },
    {
      method: 'POST',
      path: '/v1/operations',
      summary: 'Takes one operation. For a creation `position` is the index of the conversation.',
      bodyLimit: maxOperationJsonBytes,
      body: {
        [octets]: bytesBody(`SignedOperation, at most ${maxOperationBytes} bytes`),
        [json]: schemaOfSsz(SignedOperationType as SszType),
      },
      answer: { [octets]: bytesBody('One MessageReceipt'), [json]: acceptedSchema },
      faults: { ...submitFaults, 422: 'The state refuses the operation (JSON only; SSZ answers a receipt)' },
      handle: postOperation,
    },
  ]
}
