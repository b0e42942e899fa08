import { RequestError } from '@parley/api'
import type { CommitteeEpoch, CommitteeNow } from '@parley/da-adapters/committee'
import { sameBytes } from '@parley/protocol'
import { backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { DaNodeError } from '../faults.ts'
import type { CommitteeChain } from './committee-chain.ts'

export interface L2ViewDeps {
  readonly chain: Pick<CommitteeChain, 'now'>
  /** This member's, 20 bytes. */
  readonly address: Uint8Array
  readonly clock: Clock
  readonly log: Logger
}

const maxBackoffMs = 10_000
const retryAfterMs = 1_000

/** The L2's head as it was seen last. Nothing is taken or signed by an answer that is too old. */
export class L2View {
  private readonly deps: L2ViewDeps
  private readonly options: { readonly pollMs: number; readonly staleMs: number }
  private seen: { readonly now: CommitteeNow; readonly at: number } | undefined

  constructor(deps: L2ViewDeps, options: { readonly pollMs: number; readonly staleMs: number }) {
    this.deps = deps
    this.options = options
  }

  /** What was seen last, however long ago. */
  get last(): CommitteeNow | undefined {
    return this.seen?.now
  }

  /** Place of this member in the epoch that runs, as far as is known; undefined when it has none. */
  get place(): number | undefined {
    const found = this.last?.epoch?.members.findIndex(({ address }) => sameBytes(address, this.deps.address)) ?? -1
    return found === -1 ? undefined : found
  }

  /** Why nothing can be taken now. */
  unreadyBecause(): string | undefined {
    const { seen } = this
    if (seen === undefined) return 'the L2 has not answered yet'
    const age = Math.round(this.deps.clock.elapsed() - seen.at)
    if (age > this.options.staleMs) return `the L2 has not answered for ${age} ms`
    if (seen.now.epoch === undefined) return 'no epoch of the committee runs'
    return this.place === undefined ? `this member is not of epoch ${seen.now.epoch.number}` : undefined
  }

  /** The L2's time. @throws {RequestError} `NOT_READY` when the L2 was silent for too long. */
  time(): bigint {
    const { seen } = this
    const fresh = seen !== undefined && this.deps.clock.elapsed() - seen.at <= this.options.staleMs
    if (fresh) return seen.now.time
    throw new RequestError({ code: 'NOT_READY', because: this.unreadyBecause() ?? 'the L2', retryAfterMs })
  }

  /** The epoch that runs, which must be the one asked for and have this member. @throws {DaNodeError} `EPOCH_OTHER`, `COMMITTEE_WITHOUT`; {RequestError} `NOT_READY`. */
  epoch(asked: number): CommitteeEpoch {
    this.time()
    const epoch = this.last?.epoch
    if (epoch === undefined) throw new DaNodeError({ code: 'EPOCH_OTHER', asked })
    if (epoch.number !== asked) throw new DaNodeError({ code: 'EPOCH_OTHER', asked, current: epoch.number })
    if (this.place === undefined)
      throw new DaNodeError({ code: 'COMMITTEE_WITHOUT', address: this.deps.address, epoch: asked })
    return epoch
  }

  /** Looks again and again until `signal`. @param seen - Called with the L2's time after each look. */
  async run(seen: (time: bigint) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    let failures = 0
    while (!signal.aborted) {
      try {
        const now = await this.deps.chain.now(signal)
        if (failures > 0) log.info('the L2 answers again')
        failures = 0
        this.seen = { now, at: clock.elapsed() }
      } catch (error) {
        if (signal.aborted) return
        failures += 1
        if (failures === 1) log.warn({ err: error }, 'the L2 does not answer')
      }
      if (failures === 0 && this.last !== undefined) await seen(this.last.time)
      const { pollMs } = this.options
      await pause(
        clock,
        failures === 0 ? pollMs : backoffMs(failures, { firstBackoffMs: pollMs, maxBackoffMs }),
        signal,
      )
    }
  }
}
