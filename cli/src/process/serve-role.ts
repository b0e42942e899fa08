import { CodedError } from '@parley/protocol'
import { backoffMs, type Clock } from '@parley/runtime'
import { serverOptions } from '../config/server-options.ts'
import type { Context } from './context.ts'
import { asFault } from './describe-error.ts'
import { type Service, serve } from './service.ts'

/** What a role has of its surroundings. */
export interface RoleContext extends Context {
  /** Frees the role's ports, where it was said until now what it waits for. A role calls it before it listens. */
  readonly takePorts: () => Promise<void>
  /** Tells whom the start waits for by itself. */
  readonly waitsFor: (whom: string) => void
}

const backoff = { firstBackoffMs: 250, maxBackoffMs: 5_000 }
/** A start that takes longer is told at the ports. Milliseconds. */
const quickMs = 2_000

/**
 * Runs a role until the process is asked to end. As long as what it depends on does not answer, it is started again
 * and again, and its ports say what it waits for: the order in which roles and what is theirs start does not matter.
 * @returns the exit code. @throws what made the role fail, and what waiting does not mend.
 */
export async function serveRole(context: Context, start: (context: RoleContext) => Promise<Service>): Promise<number> {
  const waiting = new Waiting(context)
  try {
    return await serve(context, () => waiting.untilStarted(start))
  } catch (error) {
    // Who is asked to end while it waits has nothing to drain.
    if (waiting.isWaiting && context.signal.aborted) return 0
    throw error
  } finally {
    await waiting.takePorts()
  }
}

/** A fault that passes by itself once somebody else answers. */
function passing(error: unknown): CodedError | undefined {
  const fault = asFault(error)
  if (!(fault instanceof CodedError)) return undefined
  const { retry, blame } = fault.meaning
  return retry === 'later' && blame !== 'defect' ? fault : undefined
}

class Waiting {
  /** Whether a start has failed and none has succeeded since. */
  isWaiting = false
  private readonly context: Context
  private because = 'starts'
  /** Whether the start that is under way listens, or is about to. */
  private isTaken = false
  private server: Promise<{ close(): Promise<void> }> | undefined

  constructor(context: Context) {
    this.context = context
  }

  async untilStarted(start: (context: RoleContext) => Promise<Service>): Promise<Service> {
    const { clock, log, signal } = this.context
    const inner: RoleContext = {
      ...this.context,
      takePorts: () => this.takePorts(),
      waitsFor: (whom) => {
        this.because = `waits for ${whom}`
      },
    }
    for (let failures = 0; ; failures += 1)
      try {
        this.isTaken = false
        const service = await this.shownWhenSlow(clock, start(inner))
        if (this.isWaiting) log.info({ attempts: failures + 1 }, 'what was waited for is there')
        this.isWaiting = false
        return service
      } catch (error) {
        const fault = passing(error)
        if (fault === undefined || signal.aborted) throw error
        await this.waitFor(fault)
        await clock.sleep(backoffMs(failures, backoff), signal)
      }
  }

  async takePorts(): Promise<void> {
    const { server } = this
    this.isTaken = true
    this.server = undefined
    await (await server)?.close()
  }

  private async shownWhenSlow(clock: Clock, starting: Promise<Service>): Promise<Service> {
    const over = new AbortController()
    const slow = clock.sleep(quickMs, over.signal).then(
      () => this.show(),
      () => undefined,
    )
    try {
      return await Promise.race([starting, slow.then(() => starting)])
    } finally {
      over.abort()
    }
  }

  private async waitFor(fault: CodedError): Promise<void> {
    const because = `waits: ${fault.message}`
    if (!this.isWaiting || because !== this.because)
      this.context.log.warn({ fault: fault.toJSON() }, 'what this role depends on does not answer; it waits')
    this.isWaiting = true
    this.because = because
    this.isTaken = false
    await this.show()
  }

  private async show(): Promise<void> {
    if (this.isTaken) return
    const { config, clock, log } = this.context
    this.server ??= import('./waiting-server.ts').then(({ startWaitingServer }) =>
      startWaitingServer({ clock, log, because: () => this.because }, serverOptions(config)),
    )
    await this.server
  }
}
