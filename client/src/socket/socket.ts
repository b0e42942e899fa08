/** How a connection ended, or why none came about. */
export interface SocketEnd {
  readonly reason: string
  /** Close code of the WebSocket protocol; undefined when it was not closed by it. */
  readonly code?: number
  /** HTTP status when the server refused the upgrade, and its Retry-After; only Node is told. */
  readonly status?: number
  readonly retryAfter?: string
  readonly cause?: unknown
}

/** What is told of a connection. */
export interface SocketEvents {
  opened(): void
  /** A binary message, whole. */
  received(bytes: Uint8Array): void
  /** Something else that shows that the server lives. */
  heard(): void
  /** Once, and nothing after it. */
  ended(end: SocketEnd): void
}

export interface SocketOptions {
  /** Bytes of one message at most; the platform's own bound in a browser. */
  readonly maxMessageBytes: number
  /** Opening may take this long. Milliseconds; for ever when left out. */
  readonly openTimeoutMs?: number
  /** Sent with the request for the connection; browsers send none. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A WebSocket connection as both Node and browsers have it. */
export interface Socket {
  send(bytes: Uint8Array): void
  /** Reads no more until `resume`, so that the server waits. False where the platform cannot. */
  pause(): boolean
  resume(): void
  readonly isPaused: boolean
  /** Closes in order; `ended` is told. */
  close(): void
  /** Ends it at once; nothing is told any more. */
  drop(): void
}
