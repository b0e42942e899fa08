import { RequestError } from '../faults.ts'
import type { Quota } from './quota.ts'
import type { Share } from './share.ts'

/** Bytes that an answer is taken to have until it is known. */
const answerBytes = 16 * 1024

const retryAfterMs = 1_000

export interface ExchangeDeps {
  readonly quota: Quota
  readonly held: Share
}

/** A body as its head announces it; without a length, as long as it may be. */
export interface ExpectedBody {
  readonly bytes: number
  readonly bytesPerToken: number
}

/** What one request may cost and has cost. */
export class Exchange {
  readonly source: string
  private readonly deps: ExchangeDeps
  private body: ExpectedBody = { bytes: 0, bytesPerToken: 1 }
  private answer = 0
  private open = true
  private readonly endings: (() => void)[] = []

  constructor(deps: ExchangeDeps, source: string) {
    this.deps = deps
    this.source = source
  }

  /**
   * Charges for a request and keeps room for its body and answer, before any of the body is read.
   * @throws {RequestError} `QUOTA_EXCEEDED`, `OVERLOADED`.
   */
  begin(requestTokens: number, body: ExpectedBody): void {
    const tokens = requestTokens + tokensOf(body)
    this.deps.quota.charge(this.source, tokens)
    if (!this.deps.held.take(this.source, body.bytes + answerBytes)) {
      this.deps.quota.refund(this.source, tokens)
      throw new RequestError({ code: 'OVERLOADED', what: 'bytes held', retryAfterMs })
    }
    this.body = body
    this.answer = answerBytes
  }

  /** The body is there and has so many bytes; what was charged beyond them is given back. */
  received(bytes: number): void {
    const { body } = this
    if (!this.open || bytes >= body.bytes) return
    this.body = { ...body, bytes }
    this.deps.held.give(this.source, body.bytes - bytes)
    this.deps.quota.refund(this.source, tokensOf(body) - tokensOf(this.body))
  }

  /** Nothing of the body was taken: what it was charged is given back. */
  refundBody(): void {
    this.deps.quota.refund(this.source, tokensOf(this.body))
  }

  /** Charges for what the route costs beside the request itself. @throws {RequestError} `QUOTA_EXCEEDED`. */
  charge(tokens: number): void {
    this.deps.quota.charge(this.source, tokens)
  }

  /** Charges for what was found out after the work was done. */
  owe(tokens: number): void {
    this.deps.quota.owe(this.source, tokens)
  }

  /** Keeps room for an answer of up to `bytes`. @throws {RequestError} `OVERLOADED`. */
  expect(bytes: number): void {
    const more = bytes - this.answer
    if (more <= 0) return
    if (!this.deps.held.take(this.source, more))
      throw new RequestError({ code: 'OVERLOADED', what: 'bytes held', retryAfterMs })
    this.answer = bytes
  }

  /** The answer is there and has so many bytes. */
  answers(bytes: number): void {
    if (!this.open) return
    this.deps.held.add(this.source, bytes - this.answer)
    this.answer = bytes
  }

  /** Runs when the answer has left, or nobody waits for it any more: what it holds beside bytes is given back then. */
  onEnd(release: () => void): void {
    if (this.open) this.endings.push(release)
    else release()
  }

  /** Whether the answer has left, or nobody waits for it any more. */
  get ended(): boolean {
    return !this.open
  }

  /** The answer has left, or nobody waits for it any more. */
  end(): void {
    if (!this.open) return
    this.open = false
    this.deps.held.give(this.source, this.body.bytes + this.answer)
    for (const release of this.endings) release()
  }
}

const tokensOf = ({ bytes, bytesPerToken }: ExpectedBody): number => Math.ceil(bytes / bytesPerToken)
