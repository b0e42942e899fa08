import { pause } from '@parley/runtime'
import { getBlockNumber } from 'viem/actions'
import type { PdsDeps } from '../deps.ts'
import { PdsError } from '../faults.ts'
import { retryAfterMs } from '../limits.ts'
import type { PdsSettings } from '../options.ts'
import type { Places } from '../state/places.ts'
import { Seen } from '../state/seen.ts'
import type { User } from '../state/users.ts'

export interface FreshnessDeps extends Pick<PdsDeps, 'client' | 'clock' | 'log'> {
  readonly places: Places
  /** Numbers of final claims. */
  readonly claims: Seen
  readonly settings: Pick<PdsSettings, 'maxBehindMs' | 'finalEveryMs' | 'inboxEveryMs'>
  /** Whether a sequencer or relay gives records now. */
  readonly isFed: () => boolean
}

/** How old what the service knows is: what is old is not said at all. */
export class Freshness {
  private readonly deps: FreshnessDeps
  private readonly heads: Seen
  private fedAt: number | undefined

  constructor(deps: FreshnessDeps) {
    this.deps = deps
    this.heads = new Seen(deps.clock)
  }

  /** Why the service does not do its job now; undefined when it does. */
  get unreadyBecause(): string | undefined {
    const { fedAt } = this
    const isFed = fedAt !== undefined && this.deps.clock.elapsed() - fedAt <= this.deps.settings.maxBehindMs
    return this.blindBecause ?? (isFed ? undefined : 'no sequencer or relay gives records')
  }

  /** Why nothing may be signed now. Records that nobody adds to are held against claims all the same. */
  private get blindBecause(): string | undefined {
    const { maxBehindMs, finalEveryMs } = this.deps.settings
    if (this.heads.silentMs > maxBehindMs) return 'the L2 does not answer'
    if (this.deps.claims.silentMs > maxBehindMs + finalEveryMs) return 'final claims cannot be read on the L2'
    return undefined
  }

  /** Whoever signs must know: what is old is not said at all. @throws {PdsError} `PDS_BEHIND`. */
  assert({ standing, scope }: User): void {
    const { maxBehindMs } = this.deps.settings
    const behind = (what: string, reason: string) => new PdsError({ code: 'PDS_BEHIND', what, reason, retryAfterMs })
    const blind = this.blindBecause
    if (blind !== undefined) throw behind('the L2', blind)
    if (standing === undefined) throw behind('the inbox', 'it was not read yet')
    const behindMs = this.heads.behindMs(standing.l2Number)
    if (behindMs > maxBehindMs) throw behind('the inbox', `it is ${Math.floor(behindMs)} ms behind the L2`)
    for (const each of scope.conversations) {
      const claim = this.deps.places.find(each)?.final.claim ?? 0n
      const isUnproven = claim === 0n && (this.deps.claims.latest ?? 0n) > 0n
      if (isUnproven) throw behind(`conversation ${each.shard}/${each.index}`, 'its record was not proven yet')
      const ms = this.deps.claims.behindMs(claim)
      if (ms > maxBehindMs)
        throw behind(
          `conversation ${each.shard}/${each.index}`,
          `it is ${Math.floor(ms)} ms behind the newest final claim`,
        )
    }
  }

  /** Looks at the L2's head, and whether records come, until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, log, settings, isFed } = this.deps
    while (!signal.aborted) {
      if (isFed()) this.fedAt = clock.elapsed()
      try {
        this.heads.see(await getBlockNumber(client, { cacheTime: 0 }))
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'the L2 does not answer')
      }
      await pause(clock, settings.inboxEveryMs, signal)
    }
  }
}
