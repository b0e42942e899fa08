import { joinBytes } from '@parley/protocol/light'
import type { PrivateMessage, Welcome } from 'ts-mls'
import { decodeExternal, type ExternalBody } from '../codec/external.ts'
import { decodeFrame, encodeFrame, FrameKind } from '../codec/frame.ts'
import { invalid, MessagingError } from '../faults.ts'
import type { CommitMessage } from '../mls/commit.ts'
import { groupName } from '../mls/group-id.ts'
import { decodeMessage } from '../mls/message.ts'

/** What an entry's content turned out to be. `epoch` and `generation` are what it says in clear. */
export type Content =
  | {
      readonly kind: 'application'
      readonly message: PrivateMessage
      readonly generation: number
      readonly epoch: bigint
    }
  | { readonly kind: 'commit'; readonly message: PrivateMessage; readonly generation: number; readonly epoch: bigint }
  | { readonly kind: 'external'; readonly body: ExternalBody; readonly generation: number; readonly epoch: bigint }
  /** `commit` is the position of the commit that it belongs to. */
  | { readonly kind: 'welcome'; readonly welcome: Welcome; readonly commit: bigint }
  | { readonly kind: 'sealed'; readonly body: Uint8Array }
  | { readonly kind: 'junk'; readonly reason: string }

/**
 * Reads a frame that fits its entry's digest. What it says depends on the bytes alone, so everybody who has them comes to the same.
 * @param conversation - Whose entry it is.
 */
export function readContent(frame: Uint8Array, conversation: Uint8Array): Content {
  try {
    return read(frame, conversation)
  } catch (error) {
    if (error instanceof MessagingError && error.fault.code === 'FRAME_INVALID')
      return { kind: 'junk', reason: `${error.fault.field}: ${error.fault.reason}` }
    throw error
  }
}

function read(frame: Uint8Array, conversation: Uint8Array): Content {
  const { kind, body } = decodeFrame(frame)
  switch (kind) {
    case FrameKind.mls:
      return readPrivate(body, conversation)
    case FrameKind.external: {
      const external = decodeExternal(body)
      return { kind: 'external', body: external, generation: external.generation, epoch: external.epoch }
    }
    case FrameKind.welcome:
      return { kind: 'welcome', ...readWelcome(body) }
    case FrameKind.sealed:
      return { kind: 'sealed', body }
    default:
      return { kind: 'junk', reason: `a frame of kind ${kind} is no entry of a record` }
  }
}

/** `position of the commit uint64 ‖ MLSMessage / Welcome`. */
function readWelcome(body: Uint8Array): { readonly commit: bigint; readonly welcome: Welcome } {
  if (body.length <= 8) throw invalid('welcome', `${body.length} bytes have no room for a position`)
  const commit = new DataView(body.buffer, body.byteOffset, 8).getBigUint64(0)
  return { commit, welcome: decodeMessage(body.subarray(8), 'mls_welcome').welcome }
}

/** The frame of a Welcome, once the commit that it belongs to has its position. */
export function welcomeFrame(commit: bigint, welcome: Uint8Array): Uint8Array {
  const position = new Uint8Array(8)
  new DataView(position.buffer).setBigUint64(0, commit)
  return encodeFrame({ kind: FrameKind.welcome, body: joinBytes([position, welcome]) })
}

function readPrivate(body: Uint8Array, conversation: Uint8Array): Content {
  const { privateMessage: message } = decodeMessage(body, 'mls_private_message')
  const { groupId, epoch, contentType } = message
  const name = groupName(groupId)
  if (name === undefined || name.conversation.some((byte, i) => byte !== conversation[i]))
    return { kind: 'junk', reason: 'it belongs to another conversation' }
  if (contentType === 'proposal') return { kind: 'junk', reason: 'proposals come within commits only' }
  if (message.authenticatedData.length > 0) return { kind: 'junk', reason: 'it has authenticated data' }
  return { kind: contentType, message, generation: name.generation, epoch }
}

/** The commit in an `mls` frame of this device. */
export function commitInFrame(frame: Uint8Array): CommitMessage {
  const { privateMessage: message } = decodeMessage(decodeFrame(frame).body, 'mls_private_message')
  return { kind: 'private', message }
}
