import type { SignedMessage, SignedOperation } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Delivered, Delivery } from './delivery.ts'
import type { MessageOffer, Offer } from './offer.ts'

/** What became of an offer. Times are the clock's, in milliseconds. */
export interface Answer {
  readonly offer: Offer
  /** What was sent for it. */
  readonly sent: SignedMessage | SignedOperation
  readonly delivered: Delivered
  readonly sentAtMs: number
  readonly answeredAtMs: number
}

export interface ShardStreamDeps {
  readonly delivery: Delivery
  readonly clock: Clock
  readonly onAnswer: (answer: Answer) => void
  /** Called once when sending failed: nothing more is sent. */
  readonly onFailure: (error: unknown) => void
}

export interface ShardStreamOptions {
  /** Offers that wait at most. */
  readonly maxWaiting: number
  /** Messages of one request at most. */
  readonly maxMessages: number
}

/** The one stream of requests of a shard: a request is sent when the one before it is answered. */
export class ShardStream {
  private readonly waiting: Offer[] = []
  private readonly deps: ShardStreamDeps
  private readonly options: ShardStreamOptions
  private readonly signal: AbortSignal
  private working: Promise<void> | undefined
  private moved: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(deps: ShardStreamDeps, options: ShardStreamOptions, signal: AbortSignal) {
    this.deps = deps
    this.options = options
    this.signal = signal
  }

  /** Queues an offer, waiting for room. @throws the signal's reason. */
  async push(offer: Offer): Promise<void> {
    while (this.waiting.length >= this.options.maxWaiting) await this.moved.promise
    this.signal.throwIfAborted()
    this.waiting.push(offer)
    this.working ??= this.work()
  }

  /** Resolves when everything queued is answered, or sending failed. */
  async drain(): Promise<void> {
    await this.working
  }

  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        this.signal.throwIfAborted()
        await (this.waiting[0]?.kind === 'operation' ? this.sendOperation() : this.sendMessages())
        this.move()
      }
    } catch (error) {
      this.deps.onFailure(error)
      this.waiting.length = 0
      this.move()
    }
    this.working = undefined
  }

  private move(): void {
    this.moved.resolve()
    this.moved = Promise.withResolvers()
  }

  private async sendOperation(): Promise<void> {
    const offer = this.waiting.shift() as Offer & { kind: 'operation' }
    const sentAtMs = this.deps.clock.now()
    const sent = offer.build()
    const delivered = await this.deps.delivery.operation(offer.talk, sent, this.signal)
    if (delivered.accepted !== false)
      offer.accepted(delivered.accepted === 'found' ? delivered.index : Number(delivered.position))
    this.deps.onAnswer({ offer, sent, delivered, sentAtMs, answeredAtMs: this.deps.clock.now() })
  }

  private async sendMessages(): Promise<void> {
    const end = this.waiting.findIndex((offer, i) => offer.kind === 'operation' || i === this.options.maxMessages)
    const offers = this.waiting.splice(0, end === -1 ? this.waiting.length : end) as MessageOffer[]
    const messages: SignedMessage[] = offers.map((offer) => offer.build())
    const sentAtMs = this.deps.clock.now()
    const delivered = await this.deps.delivery.messages(messages, this.signal)
    const answeredAtMs = this.deps.clock.now()
    offers.forEach((offer, i) => {
      const sent = messages[i] as SignedMessage
      if (delivered[i]?.accepted === false) offer.refused(sent)
      this.deps.onAnswer({ offer, sent, delivered: delivered[i] as Delivered, sentAtMs, answeredAtMs })
    })
  }
}
