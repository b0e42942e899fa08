import type { Random } from '../fuzz/random.ts'
import type { Appended } from './history.ts'

/** An append on its way. */
export interface Request {
  readonly record: Appended
  /** Records that the stream must have, or it is refused; without it, it lands wherever the stream ends. */
  readonly expected: number | undefined
}

export type Answer = { readonly request: Request } & (
  | { readonly appended: true; readonly place: number }
  | { readonly appended: false }
)

/**
 * JetStream as far as the rules rely on it: records in one order, appends that may name how many there must be. A request may be
 * lost, late or delivered twice, its answer late or lost; the number of records may be told from long ago; a record that is
 * served at a place is the one that is there.
 */
export class Stream {
  records: Appended[] = []
  requests: Request[] = []
  answers: Answer[] = []

  send(record: Appended, expected?: number): void {
    this.requests.push({ record, expected })
  }

  /** Delivers any request. A copy of it may come again, its answer may never come. */
  deliver(random: Random): void {
    const { requests } = this
    if (requests.length === 0) return
    const index = random.below(requests.length)
    const request = requests[index]!
    const fate = random.below(8)
    if (fate > 0) requests.splice(index, 1)
    if (fate === 1) return
    const answer = this.#append(request)
    if (fate !== 2) this.answers.push(answer)
  }

  /** Any answer that waits. */
  answered(random: Random): Answer | undefined {
    if (this.answers.length === 0) return undefined
    return this.answers.splice(random.below(this.answers.length), 1)[0]
  }

  /** As many records as were there at some time: what a server tells that does not know of the newest. */
  tail(random: Random): number {
    return random.below(this.records.length + 1)
  }

  /** An older copy takes the stream's place; what was under way is lost. @param kept - records that the copy has */
  restore(kept: number): void {
    this.records.length = kept
    this.requests.length = 0
    this.answers.length = 0
  }

  #append(request: Request): Answer {
    const place = this.records.length
    if (request.expected !== undefined && request.expected !== place) return { request, appended: false }
    this.records.push(request.record)
    return { request, appended: true, place }
  }
}
