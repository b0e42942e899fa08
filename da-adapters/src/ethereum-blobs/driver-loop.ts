import { type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { createLifetime } from '../lifetime.ts'
import { blobsLayer } from './layer.ts'

export interface DriverLoopDeps {
  readonly clock: Clock
  readonly log: Logger
  /** One look at the L1; true when looking again at once pays. */
  readonly step: (signal: AbortSignal) => Promise<boolean>
  /** Whether there is anything to look for. */
  readonly isDue: () => boolean
}

export interface DriverLoopOptions {
  readonly pollMs: number
  /** Told of every failed look once several failed in a row; the loop goes on. */
  readonly onFailing: (error: unknown) => void
}

/** Looks at the L1 again and again while there is anything to look for. */
export interface DriverLoop {
  /** Looks now, or right after the look under way. */
  wake(): void
  /** Resolves once no look is under way. */
  stop(): Promise<void>
}

const failuresToReport = 3

export function createDriverLoop({ clock, log, step, isDue }: DriverLoopDeps, options: DriverLoopOptions): DriverLoop {
  const lifetime = createLifetime(blobsLayer)
  let wakeUp = new AbortController()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    let failures = 0
    let lookedAgain = false
    while (!lifetime.signal.aborted && isDue()) {
      wakeUp = new AbortController()
      const { signal: woken } = wakeUp
      try {
        const sent = await step(lifetime.signal)
        failures = 0
        // Once only: a node that loses what it takes must not be flooded.
        lookedAgain = sent && !lookedAgain
        if (lookedAgain) continue
      } catch (error) {
        if (lifetime.signal.aborted) return
        failures++
        log.warn({ err: error, failures }, 'the L1 could not be read; publication waits and tries again')
        if (failures >= failuresToReport) options.onFailing(error)
      }
      await pause(clock, options.pollMs, AbortSignal.any([woken, lifetime.signal]))
    }
  }

  function wake(): void {
    wakeUp.abort()
    if (running !== undefined || lifetime.signal.aborted) return
    running = run().then(
      () => {
        running = undefined
        // Something may have become due between the last look and here.
        if (isDue()) wake()
      },
      (error: unknown) => {
        running = undefined
        log.error({ err: error }, 'blob publisher stopped')
        options.onFailing(error)
      },
    )
  }

  return {
    wake,
    async stop() {
      lifetime.end()
      await running
    },
  }
}
