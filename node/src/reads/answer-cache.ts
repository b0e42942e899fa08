/** An answer in octets, as it was sent. */
export interface KeptAnswer {
  readonly bytes: Uint8Array
  /** Of these bytes and no others. */
  readonly tag: string
}

/** Bytes that an answer takes beside its own. */
const overheadBytes = 256

/** The answers read last, within a bound of bytes: what many read is made once. */
export class AnswerCache<A extends KeptAnswer> {
  private readonly answers = new Map<string, A>()
  private held = 0
  private version = -1
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** @param version - Of what is stored: under another one nothing is kept. */
  get(key: string, version: number): A | undefined {
    this.at(version)
    const answer = this.answers.get(key)
    if (answer === undefined) return undefined
    this.answers.delete(key)
    this.answers.set(key, answer)
    return answer
  }

  set(key: string, version: number, answer: A): void {
    this.at(version)
    this.drop(key)
    this.answers.set(key, answer)
    this.held += overheadBytes + answer.bytes.length
    for (const oldest of this.answers.keys()) {
      if (this.held <= this.maxBytes) return
      this.drop(oldest)
    }
  }

  private at(version: number): void {
    if (version === this.version) return
    this.answers.clear()
    this.held = 0
    this.version = version
  }

  private drop(key: string): void {
    const answer = this.answers.get(key)
    if (answer === undefined) return
    this.answers.delete(key)
    this.held -= overheadBytes + answer.bytes.length
  }
}
