import type { PeerId } from '@libp2p/interface'
import type { Pulse } from '@parley/runtime'
import type { Logger } from 'pino'
import { isUnforgivable, NetworkError } from './faults.ts'
import { isOfTheL2 } from './headers/header-judge.ts'
import { reputation } from './limits.ts'
import type { NetworkMetrics } from './metrics.ts'
import type { Bans } from './peers/bans.ts'
import type { Greetings } from './peers/greetings.ts'
import type { PeerHost } from './peers/peer-host.ts'
import type { Reputations } from './peers/reputations.ts'
import type { Tasks } from './tasks.ts'

export interface BlameDeps {
  readonly bans: Bans
  readonly reputations: Reputations
  readonly greetings: Greetings
  readonly libp2p: PeerHost
  readonly metrics: NetworkMetrics
  readonly log: Logger
  readonly tasks: Tasks
  readonly moved: Pulse
  readonly signal: AbortSignal
}

/** What peers do wrong is held against them. */
export class Blame {
  private readonly deps: BlameDeps

  constructor(deps: BlameDeps) {
    this.deps = deps
  }

  /** A peer failed: it goes at once where there is no excuse, or after too much of what there is one for. */
  failed(peer: PeerId, error: NetworkError): void {
    this.deps.metrics.faults.inc({ code: error.fault.code })
    if (isUnforgivable(error)) this.ban(peer, error)
    else if (error.fault.code === 'PEER_SILENT') this.lessOf(peer, reputation.pullTimeout)
    else if (error.fault.code === 'PEER_TOO_MANY') this.lessOf(peer, reputation.tooMany)
  }

  lessOf(peer: PeerId, points: number): void {
    const gone = this.deps.reputations.add(peer.toString(), points)
    if (gone !== undefined) this.ban(peer, gone)
  }

  /** @returns what a peer was asked for; undefined when it failed, which is held against it. */
  async asking<T>(peer: PeerId, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (this.deps.signal.aborted) return undefined
      if (error instanceof NetworkError) this.failed(peer, error)
      else if (isOfTheL2(error)) this.deps.log.debug({ fault: error.toJSON() }, 'the L2 does not answer')
      else throw error
      return undefined
    }
  }

  private ban(peer: PeerId, error: NetworkError): void {
    const { bans, metrics, log, greetings, tasks, libp2p, moved } = this.deps
    const id = peer.toString()
    if (bans.has(id)) return
    const { code } = error.fault
    metrics.bans.inc({ code })
    log.warn({ peer: id, fault: error.toJSON() }, 'a peer is sent away')
    greetings.forget(peer)
    tasks.run(async () => {
      const isStored = bans.add(id, code)
      for (const connection of libp2p.getConnections(peer)) connection.abort(error)
      await isStored
      moved.beat()
    })
  }
}
