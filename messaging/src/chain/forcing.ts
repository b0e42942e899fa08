import type { SignedMessage } from '@parley/protocol/light'
import { bytesToHex } from 'viem'
import type { Clock } from '../ports/clock.ts'

export interface ForcingDeps {
  readonly clock: Clock
  /** Puts a message into the L2's queue. @returns once the queue has it. */
  readonly force: (message: SignedMessage, signal: AbortSignal) => Promise<void>
}

/** What is remembered of a message that the sequencer does not answer for. */
interface Waiting {
  /** Milliseconds since 1970. */
  readonly since: bigint
  readonly isForced: boolean
}

/** Messages that are remembered at most; the oldest is forgotten, and at worst forced again, which the L3 skips. */
const maxWaiting = 1_000

/** The way past a sequencer that does not take what is sent to it: the queue on the L2, after a while. */
export class Forcing {
  private readonly deps: ForcingDeps
  private readonly afterMs: bigint
  private readonly waiting = new Map<string, Waiting>()

  /** @param afterMs - Milliseconds that a message is offered to the sequencer in vain before. */
  constructor(deps: ForcingDeps, afterMs: number) {
    this.deps = deps
    this.afterMs = BigInt(afterMs)
  }

  /** Whether the queue has it: whether it counts, the record will say. */
  isForced(message: SignedMessage): boolean {
    return this.waiting.get(nameOf(message))?.isForced ?? false
  }

  /** The sequencer answered for it. */
  settle(message: SignedMessage): void {
    this.waiting.delete(nameOf(message))
  }

  /** The sequencer gave no answer. @returns whether the message was forced instead; what `force` rejects with passes through. */
  async unanswered(message: SignedMessage, signal: AbortSignal): Promise<boolean> {
    const now = this.deps.clock.now()
    const name = nameOf(message)
    const since = this.waiting.get(name)?.since ?? now
    this.keep(name, { since, isForced: false })
    if (now - since < this.afterMs) return false
    await this.deps.force(message, signal)
    this.keep(name, { since, isForced: true })
    return true
  }

  private keep(name: string, waiting: Waiting): void {
    this.waiting.delete(name)
    this.waiting.set(name, waiting)
    const [oldest] = this.waiting.keys()
    if (this.waiting.size > maxWaiting && oldest !== undefined) this.waiting.delete(oldest)
  }
}

const nameOf = ({ shard, conversation, member, nonce, content }: SignedMessage): string =>
  `${shard}/${conversation}/${member}/${nonce}/${bytesToHex(content)}`
