import type { Clock } from '@parley/runtime'
import { NetworkError } from '../faults.ts'
import { reputation } from '../limits.ts'

/** What is held against peers; half of it is forgotten every ten minutes. */
export class Reputations {
  private readonly clock: Pick<Clock, 'elapsed'>
  private readonly scores = new Map<string, { score: number; at: number }>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.clock = clock
  }

  /** At most 0. */
  of(peer: string): number {
    const found = this.scores.get(peer)
    if (found === undefined) return 0
    return found.score * 0.5 ** ((this.clock.elapsed() - found.at) / reputation.halfLifeMs)
  }

  /** @returns why the peer must go now, if it must. */
  add(peer: string, points: number): NetworkError | undefined {
    const score = this.of(peer) + points
    this.scores.set(peer, { score, at: this.clock.elapsed() })
    if (score > reputation.gone) return undefined
    return new NetworkError({ code: 'PEER_REPUTATION', score, least: reputation.gone })
  }

  /** Forgets those of whom nothing worth a thought is left. */
  tidy(): void {
    for (const peer of this.scores.keys()) if (this.of(peer) > -0.5) this.scores.delete(peer)
  }
}
