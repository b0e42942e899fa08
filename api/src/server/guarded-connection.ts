import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '../faults.ts'
import type { Dispatcher, Waiting } from './dispatcher.ts'
import type { Exchange } from './exchange.ts'
import type { Readable, ReadTurns } from './read-turns.ts'
import type { Share } from './share.ts'

export interface GuardedConnectionDeps {
  /** @param source - Of the connection. @throws {RequestError} */
  readonly begin: (request: IncomingMessage, source: string) => Exchange
  readonly refuse: (response: ServerResponse, error: RequestError, close: boolean) => void
  readonly listener: (request: IncomingMessage, response: ServerResponse, exchange: Exchange) => void
  /** Requests sent ahead, of all connections. */
  readonly waiting: Share
  /** Connections that sent too much ahead and get the answers before the refusal, and it. */
  readonly refused: Share
  /** Told of connections that get nothing more. */
  readonly onCut: (error: RequestError) => void
  readonly dispatcher: Dispatcher
  readonly turns: ReadTurns
}

export interface ConnectionPlace {
  readonly socket: Socket
  readonly source: string
  readonly maxRequests: number
}

/**
 * Works on so many requests of a connection at once. Node hands over all requests of a read before it looks at what has
 * not left yet; those beyond the bound wait here and the socket is not read meanwhile.
 */
export class GuardedConnection implements Waiting, Readable {
  private readonly deps: GuardedConnectionDeps
  private readonly place: ConnectionPlace
  private readonly ends = new Set<() => void>()
  private ahead: [IncomingMessage, ServerResponse][] = []
  private refused = false
  private queued = false
  private held = false
  private upgraded = false
  private readonly turn: ReturnType<ReadTurns['join']>

  constructor(deps: GuardedConnectionDeps, place: ConnectionPlace) {
    this.deps = deps
    this.place = place
    this.turn = deps.turns.join(place.source, this)
    place.socket.once('close', () => this.close())
  }

  /** Whether a request is being worked on. */
  get busy(): boolean {
    return this.ends.size > 0
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    this.turn.request()
    // Its last answer is on its way; nothing after it is answered.
    if (this.refused) return
    const { source, socket, maxRequests } = this.place
    if (this.ends.size < maxRequests && this.ahead.length === 0) {
      this.run(request, response)
    } else if (this.deps.waiting.take(source)) {
      this.ahead.push([request, response])
      socket.pause()
    } else {
      this.refuseAhead(response)
    }
  }

  /** Node keeps all that it has parsed of a connection until its last answer has left, so few of an address may wait for that. */
  private refuseAhead(response: ServerResponse): void {
    const { deps, place } = this
    this.refused = true
    place.socket.pause()
    const fault = new RequestError({ code: 'OVERLOADED', what: 'requests sent ahead', retryAfterMs: 1_000 })
    if (deps.refused.take(place.source)) {
      place.socket.once('close', () => deps.refused.give(place.source))
      deps.refuse(response, fault, true)
    } else {
      deps.onCut(fault)
      place.socket.destroy()
    }
  }

  private run(request: IncomingMessage, response: ServerResponse): void {
    let exchange: Exchange | undefined
    const end = (): void => {
      if (!this.ends.delete(end)) return
      exchange?.end()
      this.next()
    }
    this.ends.add(end)
    response.on('close', end)
    try {
      exchange = this.deps.begin(request, this.place.source)
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      this.deps.refuse(response, error, false)
      return
    }
    this.deps.listener(request, response, exchange)
  }

  beginOne(): boolean {
    this.queued = false
    if (!this.mayBegin) return false
    const [request, response] = this.ahead.shift() as [IncomingMessage, ServerResponse]
    this.deps.waiting.give(this.place.source)
    this.run(request, response)
    this.queued = this.mayBegin
    this.readOn()
    return this.queued
  }

  private get mayBegin(): boolean {
    return this.ahead.length > 0 && this.ends.size < this.place.maxRequests
  }

  private next(): void {
    if (this.place.socket.destroyed) return
    if (this.mayBegin && !this.queued) {
      this.queued = true
      this.deps.dispatcher.add(this)
    }
    this.readOn()
  }

  hold(held: boolean): void {
    this.held = held
    this.readOn()
  }

  /** The socket is no longer read here. */
  upgrade(): void {
    this.upgraded = true
    this.turn.leave()
  }

  /** Node reads on after each answer, so it has to be told again. */
  private readOn(): void {
    const { socket } = this.place
    if (this.upgraded) return
    if (this.held || this.refused || this.ahead.length > 0) socket.pause()
    else if (socket.isPaused()) socket.resume()
  }

  /** Answers that no longer have a connection never say that they are done. */
  private close(): void {
    this.turn.leave()
    this.deps.waiting.give(this.place.source, this.ahead.length)
    this.ahead = []
    for (const end of [...this.ends]) end()
  }
}
