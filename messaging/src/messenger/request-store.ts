import type { MemberKey } from '@parley/protocol/light'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import type { InviteBody } from '../invites/invite-body.ts'
import type { InviteHead } from '../invites/invite-head.ts'
import type { Change, Store } from '../ports/store.ts'

/** An invite to this identity that was opened. */
export interface StoredRequest {
  readonly number: number
  readonly head: InviteHead
  readonly body: InviteBody
  /** The inbox's owner wants such invites not to be shown by themselves. */
  readonly muted: boolean
  /** Whether the directory had the sender's key when it was opened. */
  readonly verified: boolean
  /** `crossed`: this identity invited the sender as well; it is accepted by itself. */
  readonly state: 'open' | 'crossed' | 'accepted' | 'declined'
  /** The key that takes the invite's place, stored before it is used. */
  readonly slotKey: MemberKey | undefined
}

const prefix = 'request/'

export function requestChange(request: StoredRequest): Change {
  return { key: requestKey(request.number), value: encodeValue(request) }
}

export async function readRequest(store: Store, number: number): Promise<StoredRequest | undefined> {
  const bytes = await store.get(requestKey(number))
  return bytes && (decodeValue(bytes) as StoredRequest)
}

function requestKey(number: number): string {
  return `${prefix}${number.toString().padStart(10, '0')}`
}
