import type { Bytes20, Bytes32, MemberKey, Millis } from '@parley/protocol/light'
import type { Hex } from 'viem'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import type { Place } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'

/** An invite of this device that was not answered when it was last looked at. */
export interface OutgoingInvite {
  readonly identity: Bytes20
  readonly slot: number
  /** The slot's key until somebody accepts. */
  readonly key: MemberKey
  readonly text: string
  readonly expiresAt: Millis
  /** Its envelope, kept until the public inbox has its digest. */
  readonly frame: Uint8Array | undefined
  /** Digest of the envelope that was delivered. */
  readonly delivered: Hex | undefined
}

/** What a messenger keeps of a conversation beside the engine's state. */
export interface RoomMeta {
  readonly place: Place
  readonly id: Bytes32
  readonly title: string
  /** `talk`: of several identities. `own`: of the devices of one. */
  readonly kind: 'talk' | 'own'
  readonly invites: readonly OutgoingInvite[]
  /** Nobody ever came in, and all invites were taken back. */
  readonly spare?: boolean
}

const prefix = 'room/'

export async function keepMeta(store: Store, meta: RoomMeta): Promise<void> {
  await store.write([metaChange(meta)])
}

export function metaChange(meta: RoomMeta): { readonly key: string; readonly value: Uint8Array } {
  return { key: `${prefix}${meta.place.shard}/${meta.place.index}`, value: encodeValue(meta) }
}

/** All that are stored. */
export async function readMetas(store: Store): Promise<RoomMeta[]> {
  const metas: RoomMeta[] = []
  for await (const [, value] of store.list(prefix)) metas.push(decodeValue(value) as RoomMeta)
  return metas
}
