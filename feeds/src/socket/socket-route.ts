import { type AnyRoute, RequestError } from '@parley/api'
import type { FastifyRequest } from 'fastify'
import type { Connection, Greeting } from './connection.ts'

/** A route that becomes a WebSocket. */
export interface SocketRoute {
  readonly route: AnyRoute
  readonly feed: string
  /** Whether it has its place among the feeds of blocks, and not among those of readers. */
  readonly ofBlocks?: boolean
  /** Checks the request before the upgrade; what it throws is answered over HTTP. */
  readonly check: (request: FastifyRequest) => Promise<void>
  /** Serves the connection until it ends. */
  readonly serve: (connection: Connection, request: FastifyRequest) => Promise<void>
  /** What is sent on connection and with each ping. */
  readonly greeting?: Greeting
}

/** Answers whoever does not ask for a WebSocket. */
export const plainRequest = async (): Promise<never> => {
  throw new RequestError({ code: 'REQUEST_MALFORMED', reason: 'the route takes WebSocket upgrades only' })
}
