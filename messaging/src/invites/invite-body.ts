import { ByteListType, ContainerType } from '@chainsafe/ssz'
import {
  type Bytes32,
  Bytes32Type,
  type MemberKey,
  memberKey,
  Uint8Type,
  Uint16Type,
  Uint32Type,
} from '@parley/protocol/light'
import { bounded, decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import type { SuiteName } from '../mls/suite.ts'
import type { Place } from '../ports/log.ts'

const bounds = { title: 256, text: 512, padding: 4_096 } as const
/** Bytes of an encoded body: its length tells no more than which. */
const classes = [1_024, 4_096] as const
const kinds = { conversation: 1, device: 2 } as const
/** How suites are named in what is sealed. */
export const suiteNumbers: Readonly<Record<SuiteName, number>> = { x25519: 1, 'x-wing': 2 }

const BodyType = new ContainerType(
  {
    kind: Uint8Type,
    shard: Uint8Type,
    index: Uint32Type,
    id: Bytes32Type,
    suite: Uint8Type,
    slot: Uint16Type,
    secret: Bytes32Type,
    title: new ByteListType(bounds.title),
    text: new ByteListType(bounds.text),
    padding: new ByteListType(bounds.padding),
  },
  { typeName: 'InviteBody' },
)

/** What an invite is to. */
export interface InviteBody {
  /**
   * `conversation`: the slot's key is the invite's, and whoever accepts puts its own in its place. `device`: the slot is the
   * sender's own, and the recipient another device of its identity.
   */
  readonly kind: keyof typeof kinds
  readonly place: Place
  readonly id: Bytes32
  readonly suite: SuiteName
  readonly slot: number
  readonly key: MemberKey
  /** At most 256 bytes of UTF-8. */
  readonly title: string
  /** At most 512 bytes of UTF-8. */
  readonly text: string
}

/** @throws {MessagingError} `FRAME_INVALID`: a text is too long. */
export function encodeInviteBody(body: InviteBody): Uint8Array {
  const value = {
    kind: kinds[body.kind],
    shard: body.place.shard,
    index: body.place.index,
    id: body.id,
    suite: suiteNumbers[body.suite],
    slot: body.slot,
    secret: body.key.secret,
    title: encodeText(body.title, bounds.title, 'invite.title'),
    text: encodeText(body.text, bounds.text, 'invite.text'),
    padding: new Uint8Array(),
  }
  const { length } = BodyType.serialize(value)
  const size = classes.find((each) => each >= length) as number
  return BodyType.serialize({ ...value, padding: new Uint8Array(size - length) })
}

/** The inverse of {@link encodeInviteBody}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeInviteBody(bytes: Uint8Array): InviteBody {
  const value = decodeExactly(BodyType, bytes, 'invite.body')
  bounded(bytes, classes[1], 'invite.body')
  return {
    kind: named(kinds, value.kind, 'kind'),
    place: { shard: value.shard, index: value.index },
    id: value.id,
    suite: named(suiteNumbers, value.suite, 'suite'),
    slot: value.slot,
    key: keyOf(value.secret),
    title: decodeText(value.title, 'invite.title'),
    text: decodeText(value.text, 'invite.text'),
  }
}

/** A name by its number. @throws {MessagingError} `FRAME_INVALID`. */
export function named<T extends string>(names: Readonly<Record<T, number>>, number: number, field: string): T {
  const found = (Object.keys(names) as T[]).find((name) => names[name] === number)
  if (found === undefined) throw invalid(`invite.${field}`, `${number} is none`)
  return found
}

/** A member's key. @throws {MessagingError} `FRAME_INVALID`. */
export function keyOf(secret: Uint8Array): MemberKey {
  try {
    return memberKey(secret)
  } catch (cause) {
    throw invalid('invite.secret', 'is no key of secp256k1', cause)
  }
}
