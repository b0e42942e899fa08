import { ByteListType, ByteVectorType, ContainerType } from '@chainsafe/ssz'
import { checkedType, type Draft } from '../codec/payload.ts'
import { decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { idBytes, type Named } from './named.ts'

const typeBytes = 32
/** What an answer may be: of our own types these, and any of an application. */
const answers: ReadonlySet<string> = new Set(['text/1', 'attachment/1'])

const ReplyType = new ContainerType(
  {
    to: new ByteVectorType(idBytes),
    type: new ByteListType(typeBytes),
    body: new ByteListType(messagingLimits.frameBytes),
  },
  { typeName: 'Reply' },
)

/** The body of `reply/1`. */
export interface Reply {
  /** The message that is answered. */
  readonly to: Uint8Array
  /** What is answered: type and body of a message of its own. */
  readonly type: string
  readonly body: Uint8Array
}

/** An answer to a message: a text, an attachment or something of an application. @throws {MessagingError} `FRAME_INVALID`. */
export function reply({ id }: Named, draft: Draft): Draft {
  return { type: 'reply/1', body: encodeReply({ to: id, ...draft }), fallback: draft.fallback }
}

/** @throws {MessagingError} `FRAME_INVALID`. */
export function encodeReply({ to, type, body }: Reply): Uint8Array {
  if (to.length !== idBytes) throw invalid('reply.to', `${to.length} bytes are not ${idBytes}`)
  return ReplyType.serialize({ to, type: encodeText(answerType(type), typeBytes, 'reply.type'), body })
}

/** The inverse of {@link encodeReply}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeReply(bytes: Uint8Array): Reply {
  const { to, type, body } = decodeExactly(ReplyType, bytes, 'reply')
  return { to, type: answerType(decodeText(type, 'reply.type')), body }
}

function answerType(type: string): string {
  if (answers.has(type) || checkedType(type).split('/').length === 3) return type
  throw invalid('reply.type', `${JSON.stringify(type)} is no answer`)
}
