import { unavailable } from './fault.ts'

/** The time between an adapter's creation and its `close`. */
export interface Lifetime {
  /** Aborts at `end`, with `DA_UNAVAILABLE` as the reason. */
  readonly signal: AbortSignal
  /** A signal that aborts with the caller's or at `end`; throws at once when either already did. */
  during(signal: AbortSignal): AbortSignal
  end(): void
}

export function createLifetime(layer: string): Lifetime {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    during(signal) {
      signal.throwIfAborted()
      controller.signal.throwIfAborted()
      return AbortSignal.any([signal, controller.signal])
    },
    end() {
      controller.abort(unavailable(layer, 'the adapter is closed'))
    },
  }
}

/** The promise's outcome, unless the signal aborts first: then its reason. The promise itself goes on. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
