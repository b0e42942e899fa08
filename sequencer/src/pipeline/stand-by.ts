import type { Bytes32, JournalPosition } from '@parley/protocol'
import { Pulse, raceAbort } from '@parley/runtime'
import { decodeRecord } from '../chain/journal-records.ts'
import { SequencerError } from '../faults.ts'
import { InboxFollower, type InboxFollowerDeps } from '../settlement/inbox-follower.ts'
import type { JournalEntry } from './live-records.ts'
import { type Recovered, type RecoveryDeps, recover } from './recovery.ts'

/** A journal that several sequencers share: this one reads along, and appends once it leads. */
export interface Shared {
  /** Records from a position on, as they come, until this sequencer leads. */
  untilLeading(from: JournalPosition, signal: AbortSignal): AsyncIterable<JournalEntry>
  /** Settles when another sequencer leads, or nothing can be appended any more. */
  readonly ended: Promise<Error>
  /** As `close`; when this sequencer leads, another one takes over at once. */
  leave(): Promise<void>
  /** Waits for what is under way, for a while; the rest fails. It may be called again. */
  close(): Promise<void>
}

export interface StandByDeps extends RecoveryDeps, Omit<InboxFollowerDeps, 'moved'> {
  readonly shared: Shared
  /** Puts removals into the journal that it does not hold yet, and acts on them. */
  readonly actOnRemovals: () => Promise<void>
}

/**
 * Recovers, and goes on with what the leader appends: executes and compares it, until this sequencer leads. What it signs is
 * what the leader signs: the header that the seal record names.
 * @throws {SequencerError} as `recover` does; `LINEAGE_CHANGED` when claims are removed: all begins again over what is stored then
 */
export async function recoverStandingBy(deps: StandByDeps, signal: AbortSignal): Promise<Recovered> {
  const { shared, inbox, voids } = deps
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const moved = new Pulse()
  // Removals that the leader has not acted on yet are left to it, or to this sequencer once it leads.
  const told = inbox.standing.removals.length
  const follower = new InboxFollower({ ...deps, moved: () => moved.beat() }, { items: 0n, removals: told })
  const following = follower.follow(either)
  following.catch((error: unknown) => ending.abort(error))
  const itemsKnown = async (count: bigint): Promise<void> => {
    while (inbox.count < count) await raceAbort(moved.next(), either)
  }
  const records = (from: JournalPosition) => withinLineage(shared.untilLeading(from, either), deps.chain)
  try {
    const recovered = await recover({ ...deps, beyond: { records, itemsKnown } })
    if (inbox.standing.removals.length <= voids.ranges.length) return recovered
    // It leads, so it is its turn; what it executed above goes.
    const removal = inbox.standing.removals.at(-1)
    await deps.actOnRemovals()
    throw removed(deps.chain.lineage, removal)
  } catch (error) {
    // What ended the following is why the rest ended.
    throw ending.signal.aborted ? ending.signal.reason : error
  } finally {
    ending.abort()
    await following.catch(() => undefined)
  }
}

/** What goes back to an earlier block is not replayed on top of a later one. */
async function* withinLineage(
  records: AsyncIterable<JournalEntry>,
  { lineage }: { readonly lineage: Bytes32 },
): AsyncGenerator<JournalEntry> {
  for await (const entry of records) {
    const record = decodeRecord(entry.record, entry.position)
    if (record.kind === 'lineage') throw removed(lineage, record.lineage)
    if (record.kind === 'rescued') throw removed(lineage, { lineage, block: record.rescued.opening.number - 1n })
    yield entry
  }
}

function removed(
  expected: Bytes32,
  removal: { readonly lineage: Bytes32; readonly block: bigint } | undefined,
): SequencerError {
  const { lineage: received = expected, block: standing = 0n } = removal ?? {}
  return new SequencerError({ code: 'LINEAGE_CHANGED', expected, received, standing })
}
