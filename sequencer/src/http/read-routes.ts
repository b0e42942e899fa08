import type { Execution } from '@parley/execution'
import {
  type Account,
  AccountType,
  BlockHeaderType,
  BodyKind,
  type Conversation,
  ConversationType,
  type Run,
  type SealedBlock,
  SealedBlockType,
  TransitionError,
} from '@parley/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { Finality } from '../settlement/finality.ts'
import type { ReadGate } from './read-gate.ts'
import { bytesBody, json, octets, type Parameter, parseDecimal, type Route, wantsOctets } from './route.ts'
import { bytesSchema, hexOf, jsonOfSsz, objectSchema, type SszType, schemaOfSsz, uint64Schema } from './ssz-json.ts'

export interface ReadDeps {
  readonly execution: Pick<Execution, 'conversation' | 'account'>
  readonly chain: SealedChain
  readonly finality: Finality
  readonly gate: ReadGate
}

export const shardParameter: Parameter = {
  name: 'shard',
  in: 'path',
  required: true,
  description: 'Shard',
  schema: { type: 'integer', minimum: 0, maximum: 63 },
}
export const indexParameter: Parameter = {
  name: 'index',
  in: 'path',
  required: true,
  description: 'Place in the shard',
  schema: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
}

/** Shard and index of a path. @throws {SequencerError} `FIELD_INVALID`. */
export function placeOf(request: FastifyRequest): { readonly shard: number; readonly index: number } {
  const { shard, index } = request.params as { shard: string; index: string }
  return {
    shard: Number(parseDecimal(shard, 'shard', 63n)),
    index: Number(parseDecimal(index, 'index', 2n ** 32n - 1n)),
  }
}

const stateFaults = {
  400: 'The path is not what it must be',
  404: 'There is none',
  429: 'Too many reads are under way',
}

function answerSsz(request: FastifyRequest, reply: FastifyReply, type: SszType, value: unknown, more: object): unknown {
  if (wantsOctets(request)) return reply.type(octets).send(type.serialize(value))
  return { ...more, ...(jsonOfSsz(type, value) as object) }
}

function conversationRoute({ execution, gate }: ReadDeps): Route {
  const type = ConversationType as SszType
  const schema = schemaOfSsz(type) as { properties: object }
  return {
    method: 'GET',
    path: '/v1/conversations/{shard}/{index}',
    summary: 'A conversation as accepted so far. The nonce of a member is the one it signs next.',
    parameters: [shardParameter, indexParameter],
    answer: {
      [octets]: bytesBody('Conversation'),
      [json]: objectSchema({ ...shardAndIndexSchema, ...schema.properties }),
    },
    faults: stateFaults,
    async handle(request, reply) {
      const { shard, index } = placeOf(request)
      const read = await gate.run(() => execution.conversation(shard, index))
      if (read === undefined) throw new TransitionError({ code: 'CONVERSATION_UNKNOWN', shard, conversation: index })
      return answerSsz(request, reply, type, read.conversation satisfies Conversation, { shard, index })
    },
  }
}

function accountRoute({ execution, gate }: ReadDeps): Route {
  const type = AccountType as SszType
  const schema = schemaOfSsz(type) as { properties: object }
  return {
    method: 'GET',
    path: '/v1/accounts/{shard}/{index}',
    summary: 'An account as accepted so far. Its nonce is the one its owner signs next; amounts in mwei.',
    parameters: [shardParameter, indexParameter],
    answer: { [octets]: bytesBody('Account'), [json]: objectSchema({ ...shardAndIndexSchema, ...schema.properties }) },
    faults: stateFaults,
    async handle(request, reply) {
      const { shard, index } = placeOf(request)
      const read = await gate.run(() => execution.account(shard, index))
      if (read === undefined) throw new TransitionError({ code: 'ACCOUNT_UNKNOWN', shard, account: index })
      return answerSsz(request, reply, type, read.account satisfies Account, { shard, index })
    },
  }
}

const shardAndIndexSchema = { shard: shardParameter.schema, index: indexParameter.schema }
const countSchema = { type: 'integer', minimum: 0 }

const blockSchema = objectSchema({
  root: bytesSchema(32),
  header: schemaOfSsz(BlockHeaderType as SszType),
  signature: bytesSchema(65),
  finality: { enum: ['sealed', 'claimed', 'final'] },
  bytes: countSchema,
  runs: {
    type: 'array',
    items: objectSchema({
      shard: shardParameter.schema,
      segments: countSchema,
      messages: countSchema,
      operations: countSchema,
      inboxItems: countSchema,
    }),
  },
})

function runSummary({ shard, segments }: Run): object {
  let messages = 0
  let operations = 0
  let inboxItems = 0
  for (const { body } of segments)
    if (body.selector === BodyKind.messages) messages += body.value.length
    else if (body.selector === BodyKind.operation) operations += 1
    else inboxItems += 1
  return { shard, segments: segments.length, messages, operations, inboxItems }
}

function blockRoute({ chain, finality }: ReadDeps): Route {
  return {
    method: 'GET',
    path: '/v1/blocks/{number}',
    summary: 'A sealed block: a summary, or whole as SSZ',
    parameters: [
      {
        name: 'number',
        in: 'path',
        required: true,
        description: 'Number of the block, or latest',
        schema: { oneOf: [uint64Schema, { const: 'latest' }] },
      },
    ],
    answer: { [octets]: bytesBody('SealedBlock'), [json]: blockSchema },
    faults: { 400: 'The path is not what it must be', 404: 'The block is not sealed yet or no longer kept' },
    async handle(request, reply) {
      const text = (request.params as { number: string }).number
      const head = chain.tip.header.number
      const number = text === 'latest' ? head : parseDecimal(text, 'number', 2n ** 64n - 1n)
      const bytes = number === 0n || number > head ? undefined : await chain.blocks.bytes(number)
      if (bytes === undefined)
        throw new SequencerError({ code: 'BLOCK_UNKNOWN', number, first: chain.blocks.first, head })
      if (wantsOctets(request)) return reply.type(octets).send(bytes)
      const { block, signature } = SealedBlockType.deserialize(bytes) as SealedBlock
      return {
        root: hexOf(BlockHeaderType.hashTreeRoot(block.header)),
        header: jsonOfSsz(BlockHeaderType as SszType, block.header),
        signature: hexOf(signature),
        finality: finality.levelOf(number),
        bytes: bytes.length,
        runs: block.runs.map(runSummary),
      }
    },
  }
}

/** Routes that read the state and the blocks. */
export function readRoutes(deps: ReadDeps): Route[] {
  return [conversationRoute(deps), accountRoute(deps), blockRoute(deps)]
}
