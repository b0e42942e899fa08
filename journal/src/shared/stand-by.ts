import type { Clock } from '@parley/runtime'
import type { LeaderOptions, SharedJournal } from './leader.ts'
import type { Replica } from './replica.ts'

export interface StandByOptions extends LeaderOptions {
  /** Milliseconds without a word of the leader after which this replica takes over; different ones on different hosts. */
  readonly takeoverAfterMs: number
  /** Whether this replica led just now and left, so that another one takes over: it waits like any. @default false */
  readonly yields?: boolean
}

export interface StandingBy {
  /** Told after each message. */
  read(): void
  /** Resolves when whoever is given the records has taken all that were read. */
  allTaken(): Promise<void>
}

/** Milliseconds between looks at whether silence is the leader's or the servers'. */
const probeEveryMs = 1_000
/** Milliseconds that a leader has to be heard after the servers did not answer: an append is sent again within two seconds. */
const graceMs = 3_000
/** Takeovers in a row that something came before; after these it is not the leader's silence that is trusted. */
const refusalsTaken = 3

/**
 * Reads along until nothing came of the leader for a while, and takes over; goes on reading when another replica was first.
 * There is no lease: who takes over too early displaces a leader, and nothing else. Nobody is waited for when there never was a
 * leader, when it was an earlier life of this replica, or when the leader said that it leaves.
 * Silence counts while the servers answer, and what comes at the last moment keeps the leader: it may be as cut off as this
 * replica was.
 * @throws {JournalError} @throws the signal's reason when it aborts
 */
export async function standBy(
  replica: Replica,
  clock: Clock,
  options: StandByOptions,
  { read, allTaken }: StandingBy,
  signal: AbortSignal,
): Promise<SharedJournal> {
  const { leader } = replica.copy.history.place
  let isFree = options.yields !== true && (leader === '' || leader === replica.name)
  let refusals = 0
  for (;;) {
    if (isFree || (await isLeaderless(replica, clock, options.takeoverAfterMs, read, signal))) {
      read()
      await allTaken()
      const where = isFree || refusals === refusalsTaken ? 'anywhere' : 'behind-read'
      const journal = await replica.takeOver(signal, options, where)
      if (journal !== undefined) return journal
      refusals += 1
    } else refusals = 0
    read()
    isFree = false
  }
}

/** Reads along until the leader is silent, or left. @returns false when something came after all */
async function isLeaderless(
  replica: Replica,
  clock: Clock,
  ms: number,
  read: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  if (!leftElsewhere(replica)) await untilSilent(replica, clock, ms, read, signal)
  const asked = clock.elapsed()
  const heard = await replica.catchUp(signal)
  // The servers may have been away, and the leader with them.
  return leftElsewhere(replica) || (!heard && replica.unansweredAt < asked)
}

/** Who left itself waits for another one. */
function leftElsewhere({ name, copy: { history } }: Replica): boolean {
  return history.isLeft && history.place.leader !== name
}

/** Reads until nothing came for so long while the servers answered, or the leader left. */
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
  const left = (): number => Math.max(heardAt + ms, replica.unansweredAt + Math.min(ms, graceMs)) - clock.elapsed()
  const watch = async (): Promise<void> => {
    for (let wait = left(); wait > 0; wait = left()) {
      await clock.sleep(Math.min(wait, probeEveryMs), ended)
      if (clock.elapsed() - heardAt >= probeEveryMs) await replica.probe()
    }
    silent.abort()
  }
  // The reading may end first, by what went wrong with it; what a look at the servers finds wrong, the next call finds, too.
  const watching = watch().catch(() => silent.abort())
  try {
    for await (const { kind } of replica.follow(ended)) {
      if (kind !== 'skipped') heardAt = clock.elapsed()
      read()
      if (leftElsewhere(replica)) return
    }
  } finally {
    silent.abort()
    await watching
  }
  signal.throwIfAborted()
}
