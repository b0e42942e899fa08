import { ed25519 } from '@noble/curves/ed25519.js'
import type { MemberKey } from '@parley/protocol/light'
import type { Held } from './held.ts'

/**
 * Makes of a device whose slot was taken away a newcomer with another slot: what it read stays, and so does the record; what it had of
 * the group, and on its way, was given up when it read that it was removed.
 */
export async function comeBack(held: Held, slot: number, slotKey: MemberKey): Promise<void> {
  const { own, state } = held.stored
  const secret = held.deps.random(32)
  await held.keep({
    own: { ...own, slot, slotKey, ack: { secret, key: ed25519.getPublicKey(secret) } },
    state: {
      ...state,
      slot,
      membership: { outside: 'new', since: state.record.time },
      movedOn: false,
      commits: [],
      messages: [],
      unvouched: [],
      distrusted: [],
      boot: undefined,
    },
    packages: [],
    intents: [],
    unsent: [],
    asking: [],
    asked: undefined,
    wants: [],
    wanted: undefined,
    nextKey: undefined,
    shutOut: false,
    unacked: [],
  })
}
