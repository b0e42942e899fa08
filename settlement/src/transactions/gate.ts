import { SettlementError } from '@parley/protocol'

/** Lets a bounded number of callers in at once, the others in order of arrival. */
export interface Gate {
  /**
   * Resolves with what the caller must call once when done.
   * @throws {SettlementError} `SENDER_FULL` when too many wait already; the signal's reason when it aborts first.
   */
  enter(signal: AbortSignal): Promise<() => void>
}

export function createGate(places: number, maxWaiting: number): Gate {
  let free = places
  const waiting: (() => void)[] = []
  const leaveOnce = (): (() => void) => {
    let left = false
    return () => {
      if (left) return
      left = true
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (free > 0) {
        free -= 1
        return Promise.resolve(leaveOnce())
      }
      if (waiting.length >= maxWaiting)
        return Promise.reject(new SettlementError({ code: 'SENDER_FULL', waiting: waiting.length, limit: maxWaiting }))
      return new Promise((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', giveUp)
          resolve(leaveOnce())
        }
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(turn), 1)
          reject(signal.reason)
        }
        waiting.push(turn)
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}
