import type { WebSocket } from '@fastify/websocket'
import type { Execution } from '@parley/execution'
import { type Clock, TransitionError } from '@parley/protocol'
import type { FastifyRequest } from 'fastify'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import { sendBlocks } from '../feeds/block-feed.ts'
import type { Connection } from '../feeds/connection.ts'
import { sendConversation } from '../feeds/conversation-feed.ts'
import { MessageStream } from '../feeds/message-stream.ts'
import type { Metrics } from '../metrics.ts'
import type { HttpOptions } from '../options.ts'
import type { Intake } from '../pipeline/intake.ts'
import type { InboxStore } from '../store/inbox-store.ts'
import type { Quota } from './quota.ts'
import type { ReadGate } from './read-gate.ts'
import { indexParameter, placeOf, shardParameter } from './read-routes.ts'
import { demandQuery, type Parameter, parseDecimal, type Route } from './route.ts'
import { uint64Schema } from './ssz-json.ts'

export interface FeedDeps {
  readonly execution: Pick<Execution, 'conversation'>
  readonly chain: SealedChain
  readonly inbox: InboxStore
  readonly intake: Intake
  readonly quota: Quota
  readonly gate: ReadGate
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'feeds'>
}

/** A route that becomes a WebSocket. */
export interface SocketRoute extends Route {
  readonly feed: string
  /** Checks the request before the upgrade; what it throws is answered over HTTP. */
  readonly check: (request: FastifyRequest) => Promise<void>
  /** Serves the connection until it ends. */
  readonly serve: (connection: Connection, request: FastifyRequest) => Promise<void>
  /** Text sent on connection and with each ping. */
  readonly greeting?: () => string
}

const fromParameter = (description: string): Parameter => ({
  name: 'from',
  in: 'query',
  required: false,
  description,
  schema: uint64Schema,
})

function fromOf(request: FastifyRequest, fallback: bigint): bigint {
  const { from } = demandQuery(request, ['from'])
  return from === undefined ? fallback : parseDecimal(from, 'from', 2n ** 64n - 1n)
}

const feedFaults = { 400: 'The query is not what it must be', 429: 'Too many feeds are open' }

const plainRequest = async (): Promise<never> => {
  throw new SequencerError({ code: 'REQUEST_MALFORMED', reason: 'the route takes WebSocket upgrades only' })
}

/** Routes that are WebSockets. */
export function feedRoutes(deps: FeedDeps, options: HttpOptions): SocketRoute[] {
  const { chain, execution, gate, intake, quota } = deps
  const nextBlock = (): bigint => chain.tip.header.number + 1n
  const greeting = (): string => JSON.stringify({ head: String(chain.tip.header.number) })
  return [
    {
      method: 'GET',
      path: '/v1/feed/blocks',
      summary: 'Sealed blocks, one SealedBlock a frame, from a number on (WebSocket)',
      parameters: [fromParameter('First block; the next one if it is left out')],
      faults: feedFaults,
      feed: 'blocks',
      greeting,
      handle: plainRequest,
      check: async (request) => void fromOf(request, 0n),
      serve: (connection, request) => sendBlocks(connection, chain, firstBlock(fromOf(request, nextBlock()))),
    },
    {
      method: 'GET',
      path: '/v1/feed/conversations/{shard}/{index}',
      summary: 'What happens in a conversation, one ConversationEntry a frame, as sealed (WebSocket)',
      parameters: [shardParameter, indexParameter, fromParameter('First position; 0 if it is left out')],
      faults: { ...feedFaults, 404: 'There is no such conversation' },
      feed: 'conversations',
      greeting,
      handle: plainRequest,
      async check(request) {
        fromOf(request, 0n)
        const { shard, index } = placeOf(request)
        const read = await gate.run(() => execution.conversation(shard, index))
        if (read === undefined) throw new TransitionError({ code: 'CONVERSATION_UNKNOWN', shard, conversation: index })
      },
      serve: (connection, request) => sendConversation(connection, deps, placeOf(request), fromOf(request, 0n)),
    },
    {
      method: 'GET',
      path: '/v1/stream',
      summary: 'Frames of SignedMessage in, frames of MessageReceipt out, in the same order (WebSocket)',
      faults: feedFaults,
      feed: 'stream',
      handle: plainRequest,
      check: async (request) => void demandQuery(request, []),
      serve: (connection, request) =>
        new MessageStream(connection, { intake, quota, address: request.ip, maxMessages: options.maxMessages }).run(),
    },
  ]
}

/** Block 0 is nobody's: the first one sealed is 1. */
function firstBlock(from: bigint): bigint {
  return from === 0n ? 1n : from
}

/** Counts feeds and refuses more than may be open. */
export class FeedGate {
  private open = 0
  private readonly maximum: number

  constructor(maximum: number) {
    this.maximum = maximum
  }

  /** @throws {SequencerError} `CONNECTIONS_EXCEEDED`. */
  demandRoom(): void {
    if (this.open >= this.maximum)
      throw new SequencerError({ code: 'CONNECTIONS_EXCEEDED', maximum: this.maximum, retryAfterMs: 5_000 })
  }

  entered(socket: WebSocket, left: () => void): void {
    this.open += 1
    socket.once('close', () => {
      this.open -= 1
      left()
    })
  }
}
