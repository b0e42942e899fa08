import { getFinalNumber } from '@parley/client'
import { type Conversation, sameBytes } from '@parley/protocol'
import { pause } from '@parley/runtime'
import { durable } from '@parley/runtime/level'
import type { PdsDeps } from '../deps.ts'
import type { FinalRecord, Place, Places } from '../state/places.ts'
import type { Seen } from '../state/seen.ts'
import type { Tables } from '../state/tables.ts'
import type { Records } from './records.ts'

export interface FinalityDeps extends Pick<PdsDeps, 'client' | 'contracts' | 'node' | 'clock' | 'log'> {
  readonly tables: Tables
  readonly places: Places
  readonly records: Records
  /** Numbers of final claims. */
  readonly claims: Seen
}

const placesAtOnce = 1_000
const zeros = new Uint8Array(32)

/** Holds every record against what is proven under the newest final claim, so that nothing is signed that a node disproves. */
export class Finality {
  private readonly deps: FinalityDeps

  constructor(deps: FinalityDeps) {
    this.deps = deps
  }

  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps
    while (!signal.aborted) {
      try {
        await this.look(signal)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'records cannot be held against the final state now')
      }
      await pause(clock, everyMs, signal)
    }
  }

  /** One look: at all records that are not known to hold under the newest final claim. */
  async look(signal: AbortSignal): Promise<void> {
    const { client, contracts, places, claims } = this.deps
    const newest = await getFinalNumber(client, { rollup: contracts.rollup })
    claims.see(newest)
    if (newest === 0n) return
    const due = [...places].filter(({ final }) => final.claim < newest)
    for (let at = 0; at < due.length; at += placesAtOnce) await this.hold(due.slice(at, at + placesAtOnce), signal)
  }

  private async hold(due: readonly Place[], signal: AbortSignal): Promise<void> {
    const { node, tables, places } = this.deps
    const { conversations, grade, claim, block } = await node.conversations(due, { at: 'final', signal })
    // A node that is behind shows an earlier claim, or one that is not final to our L2.
    if (grade !== 'final' || claim === undefined) return
    const changed: Place[] = []
    for (const [i, place] of due.entries()) {
      const proven = conversations[i]
      if (claim.number <= place.final.claim || !(await this.holds(place, proven))) continue
      place.final = finalOf({ claim: claim.number, block }, proven)
      place.changed = places.next()
      changed.push(place)
    }
    if (changed.length > 0)
      await tables.db.batch(
        changed.map((place) => places.row(place)),
        durable,
      )
  }

  /** Whether a record agrees with what is proven; one that does not is read again. */
  private async holds(place: Place, proven: Conversation | undefined): Promise<boolean> {
    const { places, records, log } = this.deps
    if (proven === undefined) return true
    const head = await places.headAt(place, proven.messageCount + proven.epoch)
    if (head === undefined) return false
    if (sameBytes(head, proven.head)) return true
    const { shard, index } = place
    log.warn({ shard, index }, 'a record is another one than the final state has; it is read again')
    records.readAgain(place)
    return false
  }
}

function finalOf(at: Pick<FinalRecord, 'claim' | 'block'>, proven: Conversation | undefined): FinalRecord {
  if (proven === undefined) return { ...at, messages: 0n, changes: 0n, head: zeros }
  return { ...at, messages: proven.messageCount, changes: proven.epoch, head: proven.head }
}
