/** Something that happens again and again, and can be waited for. Nobody is told of what happened before they asked. */
export class Pulse {
  private waiting = Promise.withResolvers<void>()

  /** Resolves at the next beat. */
  next(): Promise<void> {
    return this.waiting.promise
  }

  beat(): void {
    const { resolve } = this.waiting
    this.waiting = Promise.withResolvers()
    resolve()
  }
}

/** Waits for the first of `promises`, or rejects with the signal's reason when it aborts first. */
export async function firstOf(promises: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([...promises, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
