/** Something that happens again and again, and can be waited for. Nobody is told of what happened before they asked. */
export class Pulse {
  private waiting: PromiseWithResolvers<void> | undefined

  /** Resolves at the next beat. */
  next(): Promise<void> {
    this.waiting ??= Promise.withResolvers()
    return this.waiting.promise
  }

  beat(): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.resolve()
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
