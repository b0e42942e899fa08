import { sameBytes } from '@parley/protocol'
import { type Clock, type Pulse, pause } from '@parley/runtime'
import type { Acquaintance } from './acquaintance.ts'
import { backfill } from './blocks/backfill.ts'
import type { Puller } from './blocks/puller.ts'
import type { NetworkChain } from './chain.ts'
import { networkLimits } from './limits.ts'
import type { NetworkMetrics } from './metrics.ts'
import type { NetworkSettings } from './options.ts'
import type { Discovery } from './peers/discovery.ts'
import type { Greetings } from './peers/greetings.ts'
import type { PeerHost } from './peers/peer-host.ts'
import type { Rates } from './peers/rates.ts'
import type { Reputations } from './peers/reputations.ts'
import type { Standing } from './standing.ts'
import type { Stored } from './stored.ts'

export interface UpkeepDeps {
  readonly chain: NetworkChain
  readonly stored: Stored
  readonly libp2p: PeerHost
  readonly greetings: Greetings
  readonly reputations: Reputations
  readonly rates: readonly Rates[]
  readonly discovery: Discovery
  readonly acquaintance: Acquaintance
  readonly standing: Standing
  readonly puller: Puller
  readonly metrics: NetworkMetrics
  readonly settings: NetworkSettings
  readonly clock: Clock
  readonly random: () => number
  /** Gossips what was held back. */
  readonly gossipHeld: () => Promise<void>
  readonly moved: Pulse
  /** Beats when there may be more to pull. */
  readonly wake: Pulse
  readonly signal: AbortSignal
}

/** What is done again and again for as long as the network is taken part in. */
export class Upkeep {
  private readonly deps: UpkeepDeps
  private readonly openedAt = new Map<string, number>()
  private lineage: Uint8Array | undefined
  private askedAt = Number.NEGATIVE_INFINITY

  constructor(deps: UpkeepDeps) {
    this.deps = deps
  }

  opened(peer: string): void {
    this.openedAt.set(peer, this.deps.clock.elapsed())
  }

  closed(peer: string): void {
    this.openedAt.delete(peer)
  }

  /** Looks for peers, and after those that are there. */
  async lookAround(): Promise<void> {
    const { reputations, rates, gossipHeld, discovery, clock, settings, signal } = this.deps
    while (!signal.aborted) {
      await this.followLineage()
      this.dropSilent()
      reputations.tidy()
      for (const each of rates) each.tidy()
      await gossipHeld()
      await discovery.look()
      await this.askOne()
      await pause(clock, settings.lookEveryMs, signal)
    }
  }

  /** Pulls what is missing behind the head. */
  async fillUp(): Promise<void> {
    const { stored, settings, puller, standing, metrics, moved, wake, clock, acquaintance, signal } = this.deps
    const { light, historyBlocks, lookEveryMs } = settings
    const { kept } = stored
    while (!signal.aborted) {
      const woken = wake.next()
      const servers = (number: bigint) => standing.servers(number)
      const pulled = light ? 0 : await backfill({ kept, puller, servers, historyBlocks, signal })
      if (pulled > 0) {
        metrics.pulls.inc({ outcome: 'filled up' }, pulled)
        moved.beat()
        continue
      }
      await this.statusAgain()
      if (!light) await acquaintance.pullNewest()
      await Promise.race([woken, pause(clock, lookEveryMs, signal)])
    }
  }

  /** Asks one peer, drawn, how far it is. */
  private async askOne(): Promise<void> {
    const { greetings, clock, random, acquaintance } = this.deps
    const { peers } = greetings
    const chosen = peers[Math.floor(random() * peers.length)]
    const now = clock.elapsed()
    if (chosen === undefined || now - this.askedAt < networkLimits.askAgainMs) return
    this.askedAt = now
    await acquaintance.greetAgain(chosen.peer)
  }

  private async followLineage(): Promise<void> {
    const { chain, stored } = this.deps
    const lineage = chain.lineage()
    if (lineage === undefined || (this.lineage !== undefined && sameBytes(this.lineage, lineage))) return
    this.lineage = lineage
    stored.book.follow(lineage)
    await stored.kept.dropVoid(lineage, chain.claimed())
  }

  /** Peers that do not say what they follow take the place of others. */
  private dropSilent(): void {
    const { clock, libp2p, greetings } = this.deps
    const now = clock.elapsed()
    for (const connection of libp2p.getConnections()) {
      const peer = connection.remotePeer
      const openedAt = this.openedAt.get(peer.toString()) ?? now
      if (!greetings.has(peer) && now - openedAt > networkLimits.greetMs)
        connection.abort(new Error('it does not greet'))
    }
  }

  /** Peers are asked again what they have where something is missing; else they said so when they came. */
  private async statusAgain(): Promise<void> {
    const { acquaintance, standing, greetings } = this.deps
    if (!acquaintance.isBehind && !standing.isMissing()) return
    acquaintance.isBehind = false
    for (const { peer } of greetings.peers.slice(0, 4)) await acquaintance.greetAgain(peer)
  }
}
