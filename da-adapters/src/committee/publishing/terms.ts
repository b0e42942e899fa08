import type { Clock } from '@parley/runtime'
import { unavailable } from '../../fault.ts'
import type { CommitteeEpoch } from '../epoch.ts'
import { committeeLayer } from '../layer.ts'
import { type MemberClient, MemberRefusal, type MemberTerms } from './member-client.ts'

/** Milliseconds for which what a member said of itself is believed. */
export const termsMs = 60_000
const GiB = 2n ** 30n
const day = 86_400n

interface Known extends MemberTerms {
  readonly at: number
}

/** What members ask for and what they take. */
export class Terms {
  private readonly clock: Clock
  private readonly maxBytes: number
  private readonly known = new Map<string, Known>()
  private epoch: CommitteeEpoch | undefined

  /** @param maxBytes - Bytes of a publication at most, whatever members take. */
  constructor(clock: Clock, maxBytes: number) {
    this.clock = clock
    this.maxBytes = maxBytes
  }

  /** Bytes that k members take, as far as they said. */
  get limit(): number {
    const { epoch } = this
    if (epoch === undefined) return this.maxBytes
    const limits = epoch.members.map(({ url }) =>
      Math.min(this.known.get(url)?.maxPartBytes ?? this.maxBytes, this.maxBytes),
    )
    return limits.toSorted((a, b) => b - a)[epoch.k - 1] ?? this.maxBytes
  }

  /** A member refused more than this. */
  learn(url: string, maxPartBytes: number): void {
    this.known.set(url, { pricePerGiBDay: 0n, ...this.known.get(url), maxPartBytes, at: this.clock.elapsed() })
  }

  /**
   * Wei that storing costs at all members together. A member that is silent is taken to ask for as much as the dearest.
   * @throws {DaError} `DA_UNAVAILABLE` when fewer than k have ever answered.
   */
  async cost(
    epoch: CommitteeEpoch,
    clientOf: (url: string) => MemberClient,
    bytes: number,
    seconds: bigint,
    signal: AbortSignal,
  ): Promise<bigint> {
    this.epoch = epoch
    const reasons = await this.refresh(epoch, clientOf, signal)
    const prices = epoch.members.flatMap(({ url }) => this.known.get(url)?.pricePerGiBDay ?? [])
    if (prices.length < epoch.k)
      throw unavailable(
        committeeLayer,
        `${prices.length} of ${epoch.k} members say what they ask for: ${reasons.join('; ')}`,
      )
    const dearest = prices.reduce((most, price) => (price > most ? price : most), 0n)
    const sum = prices.reduce((all, price) => all + price, 0n) + dearest * BigInt(epoch.members.length - prices.length)
    const unit = GiB * day
    return (BigInt(bytes) * seconds * sum + unit - 1n) / unit
  }

  private async refresh(
    { members }: CommitteeEpoch,
    clientOf: (url: string) => MemberClient,
    signal: AbortSignal,
  ): Promise<string[]> {
    const now = this.clock.elapsed()
    const urls = new Set(members.map(({ url }) => url))
    for (const url of this.known.keys()) if (!urls.has(url)) this.known.delete(url)
    const reasons = await Promise.all(
      [...urls].map(async (url) => {
        const at = this.known.get(url)?.at
        if (at !== undefined && now - at < termsMs) return []
        try {
          this.known.set(url, { ...(await clientOf(url).terms(signal)), at: now })
          return []
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof MemberRefusal)) throw error
          return [error.message]
        }
      }),
    )
    return reasons.flat()
  }
}
