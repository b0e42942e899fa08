import type { Clock } from '@parley/runtime'
import type { LeaderOptions, SharedJournal } from './leader.ts'
import type { Replica } from './replica.ts'

export interface StandByOptions extends LeaderOptions {
  /** Milliseconds without a word of the leader after which this replica takes over; different ones on different hosts. */
  readonly takeoverAfterMs: number
}

export interface StandingBy {
  /** Told after each message. */
  read(): void
  /** Resolves when whoever is given the records has taken all that were read. */
  allTaken(): Promise<void>
}

/**
 * Reads along until nothing came of the leader for a while, and takes over; goes on reading when another replica was first.
 * There is no lease: who takes over too early displaces a leader, and nothing else. Nobody is waited for when there never was a
 * leader, or when it was an earlier life of this replica.
 * @throws {JournalError} @throws the signal's reason when it aborts
 */
export async function standBy(
  replica: Replica,
  clock: Clock,
  options: StandByOptions,
  { read, allTaken }: StandingBy,
  signal: AbortSignal,
): Promise<SharedJournal> {
  const { place } = replica.copy.history
  let isFree = place.leader === '' || place.leader === replica.name
  for (;;) {
    if (!isFree) await untilSilent(replica, clock, options.takeoverAfterMs, read, signal)
    // The stream itself may have been away.
    if (isFree || !(await replica.catchUp(signal))) {
      read()
      await allTaken()
      const journal = await replica.takeOver(signal, options)
      if (journal !== undefined) return journal
    }
    read()
    isFree = false
  }
}

/** Reads until nothing came for so long. */
async function untilSilent(
  replica: Replica,
  clock: Clock,
  ms: number,
  read: () => void,
  signal: AbortSignal,
): Promise<void> {
  const silent = new AbortController()
  const ended = AbortSignal.any([signal, silent.signal])
  let heardAt = clock.elapsed()
  const watch = async (): Promise<void> => {
    for (let left = ms; left > 0; left = heardAt + ms - clock.elapsed()) await clock.sleep(left, ended)
    silent.abort()
  }
  // The reading may end first, by what went wrong with it.
  const watching = watch().catch(() => undefined)
  try {
    for await (const { kind } of replica.follow(ended)) {
      if (kind !== 'skipped') heardAt = clock.elapsed()
      read()
    }
  } finally {
    silent.abort()
    await watching
  }
  signal.throwIfAborted()
}
