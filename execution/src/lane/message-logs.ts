import { BodyKind, limits } from '@parley/protocol'
import { type LoggedMessages, loggedWords, signatureWords } from '../codec/logged-segment.ts'

/** Logs to be used again once their block is sealed: a fresh one costs as much as hashing a message. */
export class MessageLogs {
  private readonly logs: LoggedMessages[] = []
  private used = 0

  take(): LoggedMessages {
    const held = this.logs[this.used]
    const log = held ?? newMessages()
    if (held === undefined) this.logs.push(log)
    this.used += 1
    log.count = 0
    return log
  }

  /** Takes all back. */
  reset(): void {
    this.used = 0
  }
}

function newMessages(): LoggedMessages {
  return {
    selector: BodyKind.messages,
    words: new Int32Array(limits.messagesPerSegment * loggedWords),
    signatures: new Int32Array(limits.messagesPerSegment * signatureWords),
    count: 0,
  }
}
