import type { Exchange } from '@parley/api/server'
import { type Connection, closeCodes } from '@parley/feeds'
import { CodedError, messageReceiptBytes, signedMessageBytes } from '@parley/protocol'
import { firstOf, Pulse } from '@parley/runtime'
import { SequencerError } from '../faults.ts'
import type { Intake } from './intake.ts'
import type { Receipts } from './receipts.ts'
import { junkTokens } from './submit-handlers.ts'

export interface MessageStreamDeps {
  readonly intake: Intake
  /** Whose quota is charged. */
  readonly exchange: Exchange
  /** Messages that one frame holds, and that may be unanswered. */
  readonly maxMessages: number
}

/** Frames that were submitted together and share their receipts. */
interface Submitted {
  readonly frames: readonly number[]
  readonly receipts: Promise<Receipts>
}

/**
 * Answers frames of messages in their order. Frames that came together are submitted together. When the sequencer is
 * full the socket is not read, so the sender waits.
 */
export class MessageStream {
  private frames: Uint8Array[] = []
  private unanswered = 0
  private refused = false
  private readonly came = new Pulse()
  private readonly submitted: Submitted[] = []
  private readonly toAnswer = new Pulse()

  private readonly connection: Connection
  private readonly deps: MessageStreamDeps

  constructor(connection: Connection, deps: MessageStreamDeps) {
    this.connection = connection
    this.deps = deps
    connection.socket.on('message', (data: Buffer, binary: boolean) => this.take(data, binary))
  }

  /** Runs until the connection ends. */
  async run(): Promise<void> {
    try {
      await Promise.all([this.submitFrames(), this.answerFrames()])
    } catch (error) {
      if (this.connection.signal.aborted) return
      if (!(error instanceof CodedError)) throw error
      const { code } = error.fault
      if (code === 'QUOTA_EXCEEDED') this.connection.close(closeCodes.quota, code)
      else if (code === 'STOPPING') this.connection.close(closeCodes.stopping)
      else throw error
    }
  }

  private take(data: Buffer, binary: boolean): void {
    // What follows a frame that must not be is not looked at.
    if (this.refused) return
    const messages = data.length / signedMessageBytes
    if (!binary || data.length === 0 || !Number.isInteger(messages) || messages > this.deps.maxMessages) {
      this.refused = true
      this.connection.close(closeCodes.refused, binary ? 'BODY_SIZE' : 'CONTENT_TYPE')
      return
    }
    this.frames.push(data)
    this.unanswered += messages
    if (this.unanswered >= this.deps.maxMessages) this.connection.socket.pause()
    this.came.beat()
  }

  private async submitFrames(): Promise<void> {
    while (true) {
      if (this.frames.length === 0) await firstOf([this.came.next()], this.connection.signal)
      const frames = this.takeFrames()
      const messages = frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames)
      this.deps.exchange.charge(messages.length / signedMessageBytes)
      const { receipts } = await this.submit(messages)
      // Looked at in its turn; until then nobody else listens.
      receipts.catch(() => undefined)
      this.submitted.push({ frames: frames.map((frame) => frame.length / signedMessageBytes), receipts })
      this.toAnswer.beat()
    }
  }

  private takeFrames(): Uint8Array[] {
    let messages = 0
    const end = this.frames.findIndex((frame, i) => {
      messages += frame.length / signedMessageBytes
      return i > 0 && messages > this.deps.maxMessages
    })
    return this.frames.splice(0, end === -1 ? this.frames.length : end)
  }

  /** Submits as soon as there is room; does not wait for the receipts. */
  private async submit(messages: Uint8Array): Promise<Pick<Submitted, 'receipts'>> {
    const { intake } = this.deps
    while (true) {
      const roomAgain = intake.roomAgain()
      try {
        return { receipts: intake.submitMessages(messages) }
      } catch (error) {
        if (!(error instanceof SequencerError && error.fault.code === 'OVERLOADED')) throw error
      }
      await firstOf([roomAgain], this.connection.signal)
    }
  }

  private async answerFrames(): Promise<void> {
    while (true) {
      const next = this.submitted.shift()
      if (next === undefined) {
        await firstOf([this.toAnswer.next()], this.connection.signal)
        continue
      }
      const receipts = await next.receipts
      this.deps.exchange.owe(receipts.junk * junkTokens)
      let offset = 0
      const answers = next.frames.map((messages) => {
        const from = offset
        offset += messages * messageReceiptBytes
        return receipts.bytes.subarray(from, offset)
      })
      await this.connection.sendAll(answers)
      this.unanswered -= receipts.entries
      if (this.unanswered < this.deps.maxMessages) this.connection.socket.resume()
    }
  }
}
