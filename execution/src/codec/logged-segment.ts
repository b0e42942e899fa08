import type { BodyKind, SignedOperation } from '@parley/protocol'
import { packedMessageBytes } from './packed-runs.ts'

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
