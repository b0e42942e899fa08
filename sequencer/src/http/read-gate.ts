import { SequencerError } from '../faults.ts'

/** Bounds reads of the state: each waits for its lane. */
export class ReadGate {
  private underWay = 0
  private readonly maximum: number
  private readonly retryAfterMs: number

  constructor({ maxReads, retryAfterMs }: { readonly maxReads: number; readonly retryAfterMs: number }) {
    this.maximum = maxReads
    this.retryAfterMs = retryAfterMs
  }

  /** @throws {SequencerError} `OVERLOADED`. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.underWay >= this.maximum)
      throw new SequencerError({ code: 'OVERLOADED', what: 'reads', retryAfterMs: this.retryAfterMs })
    this.underWay += 1
    try {
      return await read()
    } finally {
      this.underWay -= 1
    }
  }
}
