import { type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'

export interface LookLoopDeps {
  readonly clock: Clock
  readonly log: Logger
  /** One look at the chain; true when looking again at once pays. */
  readonly look: (signal: AbortSignal) => Promise<boolean>
  /** Whether there is anything to look for. */
  readonly isDue: () => boolean
  /** Told of every failed look once several failed in a row; the loop goes on. */
  readonly onFailing: (error: unknown) => void
}

/** Looks at the chain again and again while there is anything to look for. */
export interface LookLoop {
  /** Looks now, or right after the look under way. */
  wake(): void
  /** Looks after the usual time, where no look is planned. */
  start(): void
  /** Resolves once no look is under way. */
  stop(): Promise<void>
}

const failuresToReport = 3

export function createLookLoop(deps: LookLoopDeps, pollMs: number): LookLoop {
  const { clock, log, look, isDue, onFailing } = deps
  const closing = new AbortController()
  let wakeUp = new AbortController()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    let failures = 0
    let lookedAgain = false
    while (!closing.signal.aborted && isDue()) {
      wakeUp = new AbortController()
      const { signal: woken } = wakeUp
      try {
        const sent = await look(closing.signal)
        failures = 0
        // Once only: a node that loses what it takes must not be flooded.
        lookedAgain = sent && !lookedAgain
        if (lookedAgain) continue
      } catch (error) {
        if (closing.signal.aborted) return
        failures += 1
        log.warn({ err: error, failures }, 'transactions could not be looked after; the next look tries again')
        if (failures >= failuresToReport) onFailing(error)
      }
      await pause(clock, pollMs, AbortSignal.any([woken, closing.signal]))
    }
  }

  function begin(first: Promise<void>): void {
    running = first.then(run).then(
      () => {
        running = undefined
        // Something may have become due between the last look and here.
        if (isDue()) wake()
      },
      (error: unknown) => {
        running = undefined
        log.error({ err: error }, 'transactions are looked after no more')
        onFailing(error)
      },
    )
  }

  function wake(): void {
    wakeUp.abort()
    if (running === undefined && !closing.signal.aborted) begin(Promise.resolve())
  }

  return {
    wake,
    start() {
      if (running !== undefined || closing.signal.aborted) return
      wakeUp = new AbortController()
      begin(pause(clock, pollMs, AbortSignal.any([wakeUp.signal, closing.signal])))
    },
    async stop() {
      closing.abort()
      await running
    },
  }
}
