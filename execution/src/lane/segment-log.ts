import { BodyKind, limits, type SignedOperation } from '@parley/protocol'
import { packedMessageBytes } from '../codec/packed-runs.ts'

/** Words of a logged message, in the packed form: conversation, member, content. */
export const LoggedWord = { conversation: 0, member: 1, content: 2 } as const
export const loggedWords = packedMessageBytes / 4
export const signatureWords = 16

/** Messages of one segment as they were executed. */
export interface LoggedMessages {
  readonly selector: typeof BodyKind.messages
  readonly words: Int32Array
  readonly signatures: Int32Array
  count: number
}

export type LoggedBody =
  | LoggedMessages
  | { readonly selector: typeof BodyKind.operation; readonly signed: SignedOperation }
  | { readonly selector: typeof BodyKind.inboxItem; readonly index: bigint }

/** A closed segment of the open block. */
export interface LoggedSegment {
  readonly preRoot: Uint8Array
  readonly body: LoggedBody
  readonly postRoot: Uint8Array
}

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
