import type { Clock } from '@parley/runtime'
import { raceAbort } from '@parley/runtime'
import type { CommitteeEpoch, CommitteeReader } from '../epoch.ts'

/** Milliseconds after which an epoch is looked up again, for members may move; and for which a lookup is waited for. */
const knownMs = 60_000
const lookupMs = 3_000
const maxKnown = 64

/** Epochs as far as they are known. Readers need them for nothing but members' addresses, and do without. */
export class EpochLookup {
  private readonly committee: CommitteeReader
  private readonly clock: Clock
  private readonly known = new Map<number, { readonly epoch: CommitteeEpoch; readonly at: number }>()

  constructor(committee: CommitteeReader, clock: Clock) {
    this.committee = committee
    this.clock = clock
  }

  /** The epoch, or what is remembered of it; undefined when nothing is. @throws the signal's reason alone. */
  async find(number: number, signal: AbortSignal): Promise<CommitteeEpoch | undefined> {
    const known = this.known.get(number)
    if (known !== undefined && this.clock.elapsed() - known.at < knownMs) return known.epoch
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(lookupMs)])
      const epoch = await raceAbort(this.committee.epoch(number, within), within)
      if (epoch !== undefined) this.remember(epoch)
      return epoch ?? known?.epoch
    } catch {
      // An L2 that is silent or behind keeps nobody from reading: others are asked for the same bytes.
      signal.throwIfAborted()
      return known?.epoch
    }
  }

  /** Addresses of all members that are remembered. */
  urls(): readonly string[] {
    return [...new Set([...this.known.values()].flatMap(({ epoch }) => epoch.members.map(({ url }) => url)))]
  }

  private remember(epoch: CommitteeEpoch): void {
    this.known.delete(epoch.number)
    if (this.known.size >= maxKnown) this.known.delete(this.known.keys().next().value as number)
    this.known.set(epoch.number, { epoch, at: this.clock.elapsed() })
  }
}
