import { closeCodes } from '@parley/feeds'
import { firstOf } from '@parley/runtime'
import type { FastifyInstance } from 'fastify'
import { SequencerError } from './faults.ts'
import { routesOf } from './http/routes.ts'
import { createServer } from './http/server.ts'
import { type SequencerOptions, type Settings, settingsOf } from './options.ts'
import { type Pipeline, preparePipeline, type SequencerDeps } from './pipeline/pipeline.ts'

export interface Sequencer {
  /**
   * Recovers the state, then listens; resolves when requests are taken.
   * @throws {SequencerError} when the stored chain does not fit the L2, the key or itself; `JournalError`, `SettlementError`.
   */
  start(): Promise<void>
  /** Stops taking requests, answers those under way, and leaves the open block to the journal. Never rejects. */
  stop(): Promise<void>
  /** Where it listens; empty before it does. */
  readonly url: string
  /** Rejects with what made it stop by itself; never resolves. Call `stop` then, and end the process as failed. */
  readonly failed: Promise<never>
}

/** Makes a sequencer. @throws {SequencerError} `OPTION_INVALID`. */
export function createSequencer(deps: SequencerDeps, options: SequencerOptions = {}): Sequencer {
  return new RunningSequencer(deps, settingsOf(options))
}

class RunningSequencer implements Sequencer {
  url = ''
  readonly failed: Promise<never>

  private readonly deps: SequencerDeps
  private readonly settings: Settings
  private readonly failure = Promise.withResolvers<never>()
  private readonly ending = new AbortController()
  private readonly running: Promise<void>[] = []
  private pipeline: Pipeline | undefined
  private app: FastifyInstance | undefined
  private stopped: Promise<void> | undefined
  private hasFailed = false
  private farewell: { readonly code: number; readonly reason?: string } = { code: closeCodes.stopping }

  constructor(deps: SequencerDeps, settings: Settings) {
    this.deps = deps
    this.settings = settings
    this.failed = this.failure.promise
    // Whoever cares asks `failed`; that nobody asked yet is no unhandled rejection.
    this.failed.catch(() => undefined)
  }

  async start(): Promise<void> {
    const { deps, settings } = this
    const { signal } = this.ending
    const fail = (error: unknown): void => this.fail(error)
    const pipeline = await preparePipeline(deps, settings, fail, signal)
    this.pipeline = pipeline
    const { chain, finality, inbox, producer, resubmission, metrics } = pipeline
    deps.execution.onExecuted((batch) => {
      if (!this.hasFailed) producer.executed(batch)
    })
    deps.execution.failed.catch((cause: unknown) => this.fail(lanesFailed(cause)))
    void deps.shared?.ended.then(fail)
    pipeline.loop.start()
    this.watch(producer.run(signal))
    this.watch(inbox.follow(signal))
    this.watch(finality.follow(signal))
    this.watch(resubmission.run(signal))
    const { clock, log, registry, execution } = deps
    const ended = () => (this.hasFailed ? stopping() : undefined)
    const farewell = () => this.farewell
    this.app = await createServer({ clock, log, registry, metrics, ended, farewell }, settings.http, (exchangeOf) =>
      routesOf(deps, settings, pipeline, signal, exchangeOf),
    )
    const { host, port } = settings.http
    this.url = await this.app.listen({ host, port })
    const { lanes, verifier } = execution
    log.info({ url: this.url, head: chain.tip.header.number, lanes, verifier }, 'sequencer started')
  }

  stop(): Promise<void> {
    this.stopped ??= this.shutDown()
    return this.stopped
  }

  /** Something ended that must not end: nothing is answered from here on but that it is so. */
  private fail(error: unknown): void {
    if (this.hasFailed) return
    this.hasFailed = true
    if (error instanceof SequencerError && error.fault.code === 'LINEAGE_CHANGED')
      this.farewell = { code: closeCodes.lineage, reason: `from ${error.fault.standing + 1n}` }
    this.deps.log.fatal({ err: error }, 'sequencer stops')
    this.pipeline?.intake.fail(stopping())
    this.ending.abort(error)
    this.failure.reject(error)
  }

  private watch(run: Promise<void>): void {
    const ended = run.catch((error: unknown) => {
      // Parts that are told to end may end by the signal's reason.
      if (!this.ending.signal.aborted) this.fail(error)
    })
    this.running.push(ended)
  }

  private async shutDown(): Promise<void> {
    const { deps, pipeline, app } = this
    pipeline?.intake.stop(stopping())
    if (pipeline !== undefined && !this.hasFailed) await this.drain(pipeline)
    pipeline?.intake.fail(stopping())
    await app?.close()
    this.ending.abort(stopping())
    // Whoever is cut off from a shared journal would wait for it for ever.
    await Promise.all([...this.running, deps.shared?.close()])
    await pipeline?.snapshotter.idle()
    pipeline?.loop.stop()
    deps.log.info({ head: pipeline?.chain.tip.header.number }, 'sequencer stopped')
  }

  /** Waits for what is under way to be answered, for a while. */
  private async drain({ intake }: Pipeline): Promise<void> {
    const { clock, log } = this.deps
    const { signal } = this.ending
    const timer = new AbortController()
    let late = false
    const deadline = clock.sleep(this.settings.drainMs, timer.signal).then(
      () => {
        late = true
      },
      () => undefined /* called off below: everything was answered in time */,
    )
    try {
      while (intake.unanswered > 0 && !late) await firstOf([intake.roomAgain(), deadline], signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      timer.abort()
    }
    if (intake.unanswered > 0) log.warn({ unanswered: intake.unanswered }, 'stopping with requests unanswered')
  }
}

function stopping(): SequencerError {
  return new SequencerError({ code: 'STOPPING', retryAfterMs: 1_000 })
}

function lanesFailed(cause: unknown): SequencerError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SequencerError({ code: 'LANES_FAILED', reason }, { cause })
}
