/** What became of an append that was answered. */
export type Appended = { readonly appended: true; readonly sequence: number } | { readonly appended: false }

/** No answer came: whether it happened is not known. */
export class Unanswered extends Error {
  override name = 'Unanswered'
}

/**
 * One connection to the stream that replicas share. Sequence numbers rise by one per message, from 1. Once it is lost every call
 * fails with `Unanswered`, and another connection takes its place.
 */
export interface JournalStream {
  /**
   * @param last - sequence number that the last message must have; wherever the stream ends, when left out
   * @throws {Unanswered}
   */
  append(bytes: Uint8Array, last?: number): Promise<Appended>
  /** The message of a sequence number; undefined when none is served there. @throws {Unanswered} */
  at(sequence: number): Promise<Uint8Array | undefined>
  /** Sequence number of the first message that is kept; at most 1 more than the last one's. @throws {Unanswered} */
  first(): Promise<number>
  /** Sequence number of the last message, as far as whoever answers knows: it decides nothing. @throws {Unanswered} */
  last(): Promise<number>
  /** Messages from a sequence number on, each once and in order, as they come. Ends when the signal does. @throws {Unanswered} */
  follow(from: number, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Forgets messages before a sequence number. @throws {Unanswered} */
  purge(before: number): Promise<void>
  close(): Promise<void>
}
