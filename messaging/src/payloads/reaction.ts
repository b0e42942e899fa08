import { ByteListType, ByteVectorType, ContainerType } from '@chainsafe/ssz'
import { Uint8Type } from '@parley/protocol/light'
import type { Draft } from '../codec/payload.ts'
import { decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { idBytes, type Named } from './named.ts'

const reactionBytes = 64
const acts = { added: 1, removed: 2 } as const

const ReactionType = new ContainerType(
  { to: new ByteVectorType(idBytes), act: Uint8Type, reaction: new ByteListType(reactionBytes) },
  { typeName: 'Reaction' },
)

/** The body of `reaction/1`. An author has each reaction to a message once: the last act in the log counts. */
export interface Reaction {
  /** The message that is meant. */
  readonly to: Uint8Array
  /** Such as an emoji: 1 to 64 bytes of UTF-8. */
  readonly reaction: string
  readonly act: 'added' | 'removed'
}

/** A reaction to a message, or its end. @throws {MessagingError} `FRAME_INVALID`. */
export function reaction({ id }: Named, sign: string, act: Reaction['act'] = 'added'): Draft {
  const fallback = act === 'added' ? sign : `no ${sign} any more`
  return { type: 'reaction/1', body: encodeReaction({ to: id, reaction: sign, act }), fallback }
}

/** @throws {MessagingError} `FRAME_INVALID`. */
export function encodeReaction({ to, reaction: sign, act }: Reaction): Uint8Array {
  if (to.length !== idBytes) throw invalid('reaction.to', `${to.length} bytes are not ${idBytes}`)
  const bytes = encodeText(sign, reactionBytes, 'reaction.reaction')
  return ReactionType.serialize({ to, act: acts[act], reaction: some(bytes) })
}

/** The inverse of {@link encodeReaction}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeReaction(bytes: Uint8Array): Reaction {
  const { to, act: number, reaction: sign } = decodeExactly(ReactionType, bytes, 'reaction')
  const act = (['added', 'removed'] as const).find((each) => acts[each] === number)
  if (act === undefined) throw invalid('reaction.act', `${number} is not 1 or 2`)
  return { to, act, reaction: decodeText(some(sign), 'reaction.reaction') }
}

function some(sign: Uint8Array): Uint8Array {
  if (sign.length === 0) throw invalid('reaction.reaction', 'it is empty')
  return sign
}
