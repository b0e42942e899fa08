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
/** Answers remembered, of those who may and of strangers each. */
const maxRemembered = 1_024
/** Strangers asked about at once, and how often one more: a key costs whoever makes one nothing, and each a question to the L2. */
const strangersAtOnce = 30
const strangerEveryMs = 2_000
const retryAfterMs = 1_000

/** When answers end, by account. */
type Believed = Map<string, number>

/** Who may claim, by this member's own L2. However many strangers ask, those who may are not kept waiting by them. */
export class Claimers {
  private readonly deps: ClaimersDeps
  private readonly believedMs: number
  private readonly turns = new Turns(lookups)
  private readonly claimers: Believed = new Map()
  private readonly strangers: Believed = new Map()
  /** Strangers that may be asked about as of a moment; more as time passes. */
  private allowed = strangersAtOnce
  private allowedAt = 0

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
    const now = this.deps.clock.elapsed()
    if ((this.claimers.get(key) ?? 0) > now) return true
    if ((this.strangers.get(key) ?? 0) > now) return false
    // Who could claim before is asked about again in any case.
    if (!this.claimers.has(key) && !this.allowsStranger(now))
      throw new RequestError({ code: 'OVERLOADED', what: 'unknown accounts', retryAfterMs: strangerEveryMs })
    if (this.turns.length >= maxWaiting) throw new RequestError({ code: 'OVERLOADED', what: 'claimers', retryAfterMs })
    const may = await this.turns.take(() => this.ask(address, signal), signal)
    this.claimers.delete(key)
    remember(may ? this.claimers : this.strangers, key, this.deps.clock.elapsed() + this.believedMs)
    return may
  }

  private allowsStranger(now: number): boolean {
    const earned = Math.floor((now - this.allowedAt) / strangerEveryMs)
    this.allowed = Math.min(strangersAtOnce, this.allowed + earned)
    this.allowedAt += earned * strangerEveryMs
    if (this.allowed === 0) return false
    this.allowed -= 1
    return true
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

/** Forgets the oldest in favour of one more. */
function remember(believed: Believed, key: string, until: number): void {
  believed.delete(key)
  if (believed.size >= maxRemembered) believed.delete(believed.keys().next().value as string)
  believed.set(key, until)
}
