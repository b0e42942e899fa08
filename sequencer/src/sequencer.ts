import { closeCodes } from '@parley/feeds'
import { firstOf } from '@parley/runtime'
import type { FastifyInstance } from 'fastify'
import { type FatalFault, SequencerError } from './faults.ts'
import { goesOn } from './goes-on.ts'
import { routesOf } from './http/routes.ts'
import { createServer } from './http/server.ts'
import { type SequencerOptions, type Settings, settingsOf } from './options.ts'
import { type Pipeline, preparePipeline, type SequencerDeps } from './pipeline/pipeline.ts'

export interface Sequencer {
  /**
   * Listens, recovers the state, and resolves when requests are taken. Before that it answers health and metrics, and tells all
   * others to come later.
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
  /** Aborts when nothing more is appended. */
  private readonly appending = new AbortController()
  private readonly running: Promise<void>[] = []
  private pipeline: Pipeline | undefined
  private app: FastifyInstance | undefined
  private stopped: Promise<void> | undefined
  private hasFailed = false
  /** Why nothing is taken before there is a pipeline. */
  private waitsFor = 'the L2 is asked for the chain'
  private failedBy: unknown
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
    // Who stands by over a shared journal is answered for by others, at the same place, until it leads.
    const early = deps.shared === undefined ? await this.listen() : undefined
    const fail = (error: unknown): void => this.fail(error)
    const waits = (because: string): void => {
      this.waitsFor = because
    }
    const pipeline = await preparePipeline(deps, settings, fail, waits, signal)
    const begin = early ?? (await this.listen())
    this.pipeline = pipeline
    const { chain, finality, inbox, producer, resubmission } = pipeline
    deps.execution.onExecuted((batch) => {
      if (!this.hasFailed) producer.executed(batch)
    })
    deps.execution.failed.catch((cause: unknown) => this.fail(lanesFailed(cause)))
    void deps.shared?.ended.then(fail)
    pipeline.loop.start()
    const appends = AbortSignal.any([signal, this.appending.signal])
    this.watch(producer.run(appends))
    this.watch(inbox.follow(signal))
    this.watch(finality.follow(signal))
    this.watch(resubmission.run(signal))
    begin()
    const { lanes, verifier } = deps.execution
    deps.log.info({ url: this.url, head: chain.tip.header.number, lanes, verifier }, 'sequencer started')
  }

  /** @returns what lets requests through, once there is a pipeline. */
  private async listen(): Promise<() => void> {
    const { deps, settings } = this
    const { clock, log, registry } = deps
    const unreadyBecause = (): string | undefined => this.unreadyBecause()
    const unhealthyBecause = (): string | undefined =>
      this.hasFailed && !goesOn(this.failedBy) ? unreadyBecause() : undefined
    const pipeline = (): Pipeline => this.pipeline as Pipeline
    const served = { ...deps, pipeline, unreadyBecause, unhealthyBecause, signal: this.ending.signal }
    const ended = (): SequencerError | undefined => this.refusal()
    const farewell = () => this.farewell
    const { app, begin } = await createServer({ clock, log, registry, ended, farewell }, settings.http, (exchangeOf) =>
      routesOf(served, settings, exchangeOf),
    )
    const { host, port } = settings.http
    this.url = await app.listen({ host, port })
    this.app = app
    // It may have been stopped meanwhile.
    if (this.stopped !== undefined) await app.close()
    this.ending.signal.throwIfAborted()
    return begin
  }

  /** What everything but health and metrics is answered with; undefined when it is answered. */
  private refusal(): SequencerError | undefined {
    if (this.hasFailed) return stopping()
    if (this.pipeline !== undefined) return undefined
    return new SequencerError({ code: 'OVERLOADED', what: `the start: ${this.waitsFor}`, retryAfterMs: 1_000 })
  }

  private unreadyBecause(): string | undefined {
    const removal = removalOf(this.failedBy)
    if (removal !== undefined) return `claims were removed: it goes back to block ${removal.standing}`
    if (this.hasFailed) return `it stops: ${this.failedBy instanceof Error ? this.failedBy.message : this.failedBy}`
    return this.pipeline === undefined ? this.waitsFor : this.pipeline.unreadyBecause()
  }

  stop(): Promise<void> {
    this.stopped ??= this.shutDown()
    return this.stopped
  }

  /** Something ended that must not end: nothing is answered from here on but that it is so. */
  private fail(error: unknown): void {
    if (this.hasFailed) return
    if (this.appending.signal.aborted) {
      this.deps.log.warn({ err: error }, 'something failed while the sequencer was stopping')
      return
    }
    this.hasFailed = true
    this.failedBy = error
    const removal = removalOf(error)
    if (removal !== undefined) this.farewell = { code: closeCodes.lineage, reason: `from ${removal.standing + 1n}` }
    // Nothing is wrong where another start goes on.
    if (goesOn(error)) this.deps.log.warn({ err: error }, 'sequencer stops, to begin again')
    else this.deps.log.fatal({ err: error }, 'sequencer stops')
    this.pipeline?.intake.fail(stopping())
    this.ending.abort(error)
    this.failure.reject(error)
  }

  private watch(run: Promise<void>): void {
    const ended = run.catch((error: unknown) => {
      // Parts that are told to end may end by the signal's reason.
      if (!this.ending.signal.aborted && !this.appending.signal.aborted) this.fail(error)
    })
    this.running.push(ended)
  }

  private async shutDown(): Promise<void> {
    const { deps, pipeline, app } = this
    pipeline?.intake.stop(stopping())
    if (pipeline !== undefined && !this.hasFailed) await this.drain(pipeline)
    pipeline?.intake.fail(stopping())
    // Others go on as soon as this one appends nothing more: who reads here may take their time.
    const leaving = this.hasFailed ? undefined : this.leave()
    await app?.close()
    this.ending.abort(stopping())
    // Whoever is cut off from a shared journal would wait for it for ever.
    await Promise.all([...this.running, leaving ?? deps.shared?.close()])
    await pipeline?.snapshotter.idle()
    pipeline?.loop.stop()
    deps.log.info({ head: pipeline?.chain.tip.header.number }, 'sequencer stopped')
  }

  /** Ends what appends, and lets another sequencer of the same journal lead; what is open goes on there. */
  private async leave(): Promise<void> {
    const { shared } = this.deps
    if (shared === undefined) return
    // What it still seals is not waited for: the journal may be away, and who leads next seals the same.
    this.appending.abort(stopping())
    await shared.leave()
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

/** The removal of claims that ended it, if one did. */
function removalOf(error: unknown): Extract<FatalFault, { code: 'LINEAGE_CHANGED' }> | undefined {
  return error instanceof SequencerError && error.fault.code === 'LINEAGE_CHANGED' ? error.fault : undefined
}

function stopping(): SequencerError {
  return new SequencerError({ code: 'STOPPING', retryAfterMs: 1_000 })
}

function lanesFailed(cause: unknown): SequencerError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SequencerError({ code: 'LANES_FAILED', reason }, { cause })
}
