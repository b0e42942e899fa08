import { randomBytes } from 'node:crypto'
import type { SequencerClient } from '@parley/client'
import { toHex } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { GatewayError } from '../faults.ts'

/** An account of the L3 that the gateway owns. */
export interface PoolAccount {
  readonly shard: number
  readonly account: number
}

/** An account that is one user's alone until a time, with the nonce of its next operation. */
export interface Reservation extends PoolAccount {
  /** 32 bytes that nobody guesses. */
  readonly reservation: Uint8Array
  readonly nonce: bigint
  /** Milliseconds since 1970. */
  readonly until: bigint
}

export interface PoolDeps {
  readonly sequencer: Pick<SequencerClient, 'account'>
  readonly clock: Clock
}

interface Held extends Reservation {
  /** Elapsed milliseconds of the clock. */
  readonly over: number
}

/** Milliseconds for which an account is reserved: what a client takes to gather consents. */
export const reservedMs = 3_000
const retryAfterMs = 1_000

/**
 * Accounts of the L3, each in the hands of one at a time: what is signed names the account's nonce, and of two with one nonce
 * only one would count.
 */
export class Pool {
  private readonly deps: PoolDeps
  /** In the order in which they are handed out: used last, handed out last. */
  private free: PoolAccount[]
  private readonly held = new Map<string, Held>()

  constructor(deps: PoolDeps, accounts: readonly PoolAccount[]) {
    this.deps = deps
    this.free = [...accounts]
  }

  /** Reserves any account, or one of a shard. @throws {GatewayError} `GATEWAY_BUSY`, `SHARD_UNSERVED`. */
  async reserve(signal: AbortSignal, shard?: number): Promise<Reservation> {
    const { clock, sequencer } = this.deps
    this.sweep()
    const fits = (each: PoolAccount): boolean => shard === undefined || each.shard === shard
    const found = this.free.find(fits)
    if (found === undefined) {
      if (![...this.held.values()].some(fits)) throw new GatewayError({ code: 'SHARD_UNSERVED', shard: shard ?? -1 })
      throw new GatewayError({ code: 'GATEWAY_BUSY', reason: 'all accounts are in use', retryAfterMs })
    }
    this.free.splice(this.free.indexOf(found), 1)
    try {
      const state = await sequencer.account(found.shard, found.account, signal)
      if (state === undefined)
        throw new GatewayError({ code: 'GATEWAY_BUSY', reason: 'an account is not open yet', retryAfterMs })
      const reservation = new Uint8Array(randomBytes(32))
      const until = BigInt(Math.floor(clock.now()) + reservedMs)
      const held = { ...found, reservation, nonce: state.nonce, until, over: clock.elapsed() + reservedMs }
      this.held.set(toHex(reservation), held)
      return held
    } catch (error) {
      this.free.push(found)
      throw error
    }
  }

  /** Takes a reservation for use; whoever does gives it back. @throws {GatewayError} `RESERVATION_UNKNOWN`. */
  claim(reservation: Uint8Array): Reservation {
    this.sweep()
    const key = toHex(reservation)
    const held = this.held.get(key)
    if (held === undefined) throw new GatewayError({ code: 'RESERVATION_UNKNOWN', reservation })
    this.held.delete(key)
    return held
  }

  /** An account may be reserved again. */
  release({ shard, account }: PoolAccount): void {
    this.free.push({ shard, account })
  }

  private sweep(): void {
    const now = this.deps.clock.elapsed()
    for (const [key, held] of this.held)
      if (held.over <= now) {
        this.held.delete(key)
        this.release(held)
      }
  }
}
