import { type Appended, type JournalStream, Unanswered } from '../../src/shared/stream.ts'

/** What befalls an append: nothing, the request is lost, its answer is lost, or it comes twice. */
export type Fate = 'whole' | 'request-lost' | 'answer-lost' | 'doubled'

/** A connection over which appends meet the fates that `drawn` gives. */
export function lossy(stream: JournalStream, drawn: () => Fate): JournalStream {
  return {
    async append(bytes: Uint8Array, last?: number): Promise<Appended> {
      const fate = drawn()
      if (fate === 'request-lost') throw new Unanswered('the request is lost')
      const outcome = await stream.append(bytes, last)
      if (fate === 'answer-lost') throw new Unanswered('the answer is lost')
      return fate === 'doubled' ? stream.append(bytes, last) : outcome
    },
    at: (sequence) => stream.at(sequence),
    first: () => stream.first(),
    last: () => stream.last(),
    follow: (from, signal) => stream.follow(from, signal),
    purge: (before) => stream.purge(before),
    close: () => stream.close(),
  }
}
