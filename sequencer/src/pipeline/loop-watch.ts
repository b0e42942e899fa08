import type { Logger } from 'pino'
import type { Histogram } from 'prom-client'

export interface LoopWatchDeps {
  readonly log: Pick<Logger, 'warn'>
  /** Takes every sample, in seconds. */
  readonly lag: Pick<Histogram, 'observe'>
  /** Milliseconds from any moment on. */
  readonly now: () => number
}

/** Milliseconds between looks at the loop: often enough to meet what holds a request up, too seldom to cost anything. */
const sampleEveryMs = 20
/** Milliseconds between warnings. */
const warnEveryMs = 10_000

/**
 * Watches how late the event loop is. Everything a request waits for passes through it, so what it is late everything is:
 * beyond the budget the log says so, at most every ten seconds, with the worst and how often.
 */
export class LoopWatch {
  private timer: NodeJS.Timeout | undefined
  private dueAt = 0
  private beyond = 0
  private worstMs = 0
  private warnedAt = Number.NEGATIVE_INFINITY
  private readonly deps: LoopWatchDeps
  private readonly budgetMs: number

  constructor(deps: LoopWatchDeps, budgetMs: number) {
    this.deps = deps
    this.budgetMs = budgetMs
  }

  start(): void {
    this.dueAt = this.deps.now() + sampleEveryMs
    // A timer of the loop itself: what it is late is what everybody is late.
    this.timer = setTimeout(() => {
      this.sample()
      this.start()
    }, sampleEveryMs)
    this.timer.unref()
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  /** Looks at the clock at the time a sample was due. */
  sample(): void {
    const now = this.deps.now()
    const lateMs = Math.max(0, now - this.dueAt)
    this.deps.lag.observe(lateMs / 1000)
    if (lateMs <= this.budgetMs) return
    this.beyond += 1
    this.worstMs = Math.max(this.worstMs, lateMs)
    if (now - this.warnedAt < warnEveryMs) return
    const { beyond, worstMs, budgetMs } = this
    this.deps.log.warn(
      { worstMs: Math.round(worstMs), times: beyond, budgetMs },
      'requests waited longer than the budget: the machine is busy. Give the sequencer a core of its own, or less load',
    )
    this.warnedAt = now
    this.beyond = 0
    this.worstMs = 0
  }
}
