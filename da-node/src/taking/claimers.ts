import { RequestError } from '@parley/api'
import { toHex } from '@parley/protocol'
import { type Clock, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import type { CommitteeChain } from '../chain/committee-chain.ts'
import { DaNodeError } from '../faults.ts'

export interface ClaimersDeps {
  readonly chain: Pick<CommitteeChain, 'mayClaim'>
  readonly clock: Clock
  readonly log: Logger
}

/** Accounts asked about at once, and waiting for that. */
const lookups = 4
const maxWaiting = 64
/** Answers remembered. */
const maxRemembered = 1_024
const retryAfterMs = 1_000

/** Who may claim, by this member's own L2. */
export class Claimers {
  private readonly deps: ClaimersDeps
  private readonly believedMs: number
  private readonly turns = new Turns(lookups)
  private readonly known = new Map<string, { readonly may: boolean; readonly until: number }>()

  constructor(deps: ClaimersDeps, believedMs: number) {
    this.deps = deps
    this.believedMs = believedMs
  }

  /** @throws {DaNodeError} `AUTHORITY_UNKNOWN`; {RequestError} `NOT_READY`, `OVERLOADED`. */
  async assertMayClaim(address: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!(await this.may(address, signal))) throw new DaNodeError({ code: 'AUTHORITY_UNKNOWN', address })
  }

  private async may(address: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const key = toHex(address)
    const known = this.known.get(key)
    if (known !== undefined && known.until > this.deps.clock.elapsed()) return known.may
    if (this.turns.length >= maxWaiting) throw new RequestError({ code: 'OVERLOADED', what: 'claimers', retryAfterMs })
    const may = await this.turns.take(() => this.ask(address, signal), signal)
    this.known.delete(key)
    if (this.known.size >= maxRemembered) this.known.delete(this.known.keys().next().value as string)
    this.known.set(key, { may, until: this.deps.clock.elapsed() + this.believedMs })
    return may
  }

  private async ask(address: Uint8Array, signal: AbortSignal): Promise<boolean> {
    try {
      return await this.deps.chain.mayClaim(address, signal)
    } catch (error) {
      signal.throwIfAborted()
      this.deps.log.warn({ err: error }, 'the L2 does not say who may claim')
      throw new RequestError({ code: 'NOT_READY', because: 'the L2 does not say who may claim', retryAfterMs })
    }
  }
}
