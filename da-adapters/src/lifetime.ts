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
