import { Pulse, raceAbort } from '@parley/runtime'
import { type Appended, type JournalStream, Unanswered } from '../../src/shared/stream.ts'

/** The servers of a stream in this process, which can be away. */
export class MemoryStream {
  readonly messages: Uint8Array[] = []
  /** Calls that were not answered. */
  unanswered = 0
  #isAway = false
  readonly #moved = new Pulse()

  set isAway(away: boolean) {
    this.#isAway = away
    this.#moved.beat()
  }

  write(bytes: Uint8Array): void {
    this.messages.push(bytes)
    this.#moved.beat()
  }

  connect(): JournalStream {
    const answer = <T>(value: () => T): Promise<T> => {
      if (!this.#isAway) return Promise.resolve(value())
      this.unanswered += 1
      return Promise.reject(new Unanswered('the servers are away'))
    }
    return {
      append: (bytes, last) => answer(() => this.#append(bytes, last)),
      at: (sequence) => answer(() => this.messages[sequence - 1]),
      first: () => answer(() => 1),
      last: () => answer(() => this.messages.length),
      follow: (from, signal) => this.#follow(from, signal),
      purge: () => Promise.reject(new Error('nothing is purged here')),
      close: async () => undefined,
    }
  }

  #append(bytes: Uint8Array, last: number | undefined): Appended {
    if (last !== undefined && last !== this.messages.length) return { appended: false }
    this.write(bytes)
    return { appended: true, sequence: this.messages.length }
  }

  /** Like a server that lost its others: nothing comes, and nothing is said. */
  async *#follow(from: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let next = from; !signal.aborted; ) {
      const moved = this.#moved.next()
      const bytes = this.#isAway ? undefined : this.messages[next - 1]
      if (bytes === undefined) {
        // Whether it ended is looked at next.
        await raceAbort(moved, signal).catch(() => undefined)
        continue
      }
      next += 1
      yield bytes
    }
  }
}
