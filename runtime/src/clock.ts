/** Time, passed in so that tests decide how it goes. */
export interface Clock {
  /** Milliseconds since 1970, as the machine is told them: may jump either way. For what others are told. */
  now(): number
  /** Milliseconds since some moment of this process, which nobody sets: for how long something takes. */
  elapsed(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The longest a timer of the platform waits; it fires at once when given more. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    const until = performance.now() + ms
    for (let leftMs = ms; ; leftMs = until - performance.now()) {
      await timer(Math.min(leftMs, longestTimerMs), signal)
      if (leftMs <= longestTimerMs) return
    }
  },
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const abort = (): void => {
      clearTimeout(handle)
      reject(signal.reason)
    }
    const handle = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Waits; returns early, without an error, when the signal aborts. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
