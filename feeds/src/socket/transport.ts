/** What carries the frames of one session: a WebSocket, or requests over HTTP. */
export interface FeedTransport {
  /** Aborts when it has ended. */
  readonly signal: AbortSignal
  /** Bytes that were sent and have not left. */
  readonly waiting: number
  /** So much waits that nothing may be added. */
  readonly isFull: boolean
  /** Gives every frame of the client to this; with false, one that is no binary frame. */
  onFrame(take: (data: Buffer, binary: boolean) => void): void
  /** Sends a frame and waits for nothing. @param left - Called when the frame has left. */
  post(frame: Uint8Array, left: () => void): void
  /** Waits until there is room again. @throws {SlowReader}; the signal's reason. */
  drained(): Promise<void>
  /** Takes nothing from the client until `resume`. */
  pause(): void
  resume(): void
  readonly isPaused: boolean
  close(code: number, reason?: string): void
}
