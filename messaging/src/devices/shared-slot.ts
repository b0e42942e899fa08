import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { Bytes32Type, Uint8Type, Uint16Type, Uint32Type } from '@parley/protocol/light'
import { decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import type { InviteBody } from '../invites/invite-body.ts'
import { keyOf, named, suiteNumbers } from '../invites/invite-body.ts'

const titleBytes = 256

const SlotType = new ContainerType(
  {
    shard: Uint8Type,
    index: Uint32Type,
    id: Bytes32Type,
    suite: Uint8Type,
    slot: Uint16Type,
    secret: Bytes32Type,
    title: new ByteListType(titleBytes),
  },
  { typeName: 'SharedSlot' },
)

/** A slot that all devices of an identity have: the body of `slot/1` in their own group. */
export type SharedSlot = Pick<InviteBody, 'place' | 'id' | 'suite' | 'slot' | 'key' | 'title'>

export function encodeSharedSlot({ place, id, suite, slot, key, title }: SharedSlot): Uint8Array {
  return SlotType.serialize({
    ...place,
    id,
    suite: suiteNumbers[suite],
    slot,
    secret: key.secret,
    title: encodeText(title, titleBytes, 'slot.title'),
  })
}

/** The inverse of {@link encodeSharedSlot}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeSharedSlot(bytes: Uint8Array): SharedSlot {
  const { shard, index, id, suite, slot, secret, title } = decodeExactly(SlotType, bytes, 'slot')
  return {
    place: { shard, index },
    id,
    suite: named(suiteNumbers, suite, 'suite'),
    slot,
    key: keyOf(secret),
    title: decodeText(title, 'slot.title'),
  }
}
