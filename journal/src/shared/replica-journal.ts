import { type Journal, JournalError, type JournalPosition } from '@parley/protocol'
import { type Clock, Pulse, raceAbort } from '@parley/runtime'
import type { SharedJournal } from './leader.ts'
import type { Replica } from './replica.ts'
import { type StandByOptions, standBy } from './stand-by.ts'

/** The journal of one replica, before and after it leads: it reads along first, and appends from then on. */
export class ReplicaJournal implements Journal {
  /** Settles with the fault once this replica leads no more, or the stream cannot be followed; it does not when it is closed. */
  readonly ended: Promise<Error>

  readonly #replica: Replica
  readonly #clock: Clock
  readonly #options: StandByOptions
  readonly #end = Promise.withResolvers<Error>()
  readonly #stopped = new AbortController()
  #leader: SharedJournal | undefined
  /** Settles when this replica leads, or will not. */
  #standing: Promise<unknown> = Promise.resolve()

  constructor(replica: Replica, clock: Clock, options: StandByOptions) {
    this.#replica = replica
    this.#clock = clock
    this.#options = options
    this.ended = this.#end.promise
  }

  /** Who leads, as far as the stream was read. */
  get term(): { readonly term: bigint; readonly leader: string } {
    const { term, leader } = this.#replica.copy.history.place
    return { term, leader }
  }

  get next(): JournalPosition {
    return (this.#leader ?? this.#replica.copy.local).next
  }

  get pendingBytes(): number {
    return this.#leader?.pendingBytes ?? 0
  }

  /** @throws {JournalError} as any journal; `JOURNAL_DISPLACED` before this replica leads, and when another one does. */
  async append(records: readonly Uint8Array[]): Promise<JournalPosition> {
    if (this.#leader !== undefined) return this.#leader.append(records)
    throw new JournalError({ code: 'JOURNAL_DISPLACED', ...this.term })
  }

  read(from: JournalPosition): ReturnType<Journal['read']> {
    return this.#replica.copy.local.read(from)
  }

  async prune(before: JournalPosition): Promise<void> {
    await this.#replica.copy.prune(before)
  }

  /**
   * Records as they come, until this replica leads: then all of them were given, and it may append. To be called once.
   * @throws {JournalError} @throws the signal's reason when it aborts
   */
  async *untilLeading(from: JournalPosition, signal: AbortSignal): ReturnType<Journal['read']> {
    const { local } = this.#replica.copy
    const either = AbortSignal.any([signal, this.#stopped.signal])
    const grown = new Pulse()
    const taken = new Pulse()
    let position = from
    // Who waits for its L2, or is behind, would lead without being able to go on.
    const allTaken = async (): Promise<void> => {
      while (position < local.next) await raceAbort(taken.next(), either)
    }
    const standing = standBy(this.#replica, this.#clock, this.#options, { read: () => grown.beat(), allTaken }, either)
    const leading = standing.then((leader) => {
      this.#leader = leader
      void leader.ended.then(this.#end.resolve)
      grown.beat()
    })
    // Awaited below, after what was read until then.
    this.#standing = leading.catch(() => grown.beat())
    for (;;) {
      const next = grown.next()
      for await (const entry of this.read(position)) {
        yield entry
        position = entry.position + 1n
        taken.beat()
      }
      if (this.#leader !== undefined && position >= local.next) return
      await raceAbort(Promise.race([next, leading]), either)
    }
  }

  /** Closes it; when this replica leads, another one takes over at once. */
  async leave(): Promise<void> {
    await this.#leader?.leave()
    await this.close()
  }

  async close(): Promise<void> {
    this.#stopped.abort(new JournalError({ code: 'JOURNAL_CLOSED' }))
    // It may be taking over just now, or connecting: nobody would end what comes of it.
    await this.#standing
    if (this.#leader === undefined) await this.#replica.close()
    else await this.#leader.close()
  }
}
