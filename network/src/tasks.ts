import type { Logger } from 'pino'

/** What is done beside, for as long as the network is taken part in. */
export class Tasks {
  private readonly running = new Set<Promise<void>>()
  private readonly log: Logger
  private readonly signal: AbortSignal

  constructor(log: Logger, signal: AbortSignal) {
    this.log = log
    this.signal = signal
  }

  /** An error that is no peer's doing is a defect, and logged as one. */
  run(task: () => Promise<unknown>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        if (!this.signal.aborted) this.log.error({ err: error }, 'a task of the network failed')
      })
      .then(() => {
        this.running.delete(running)
      })
    this.running.add(running)
  }

  /** Waits until all have ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.running)
  }
}
