/** Something that runs until it is stopped. */
export interface Running<T> {
  readonly part: T
  /** What it ended with; undefined when it was stopped. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

export function running<T>(part: T, run: (signal: AbortSignal) => Promise<void>): Running<T> {
  const controller = new AbortController()
  const ended = run(controller.signal).then(
    () => undefined,
    (error: unknown) => error,
  )
  return {
    part,
    ended,
    async stop() {
      controller.abort()
      await ended
    },
  }
}
