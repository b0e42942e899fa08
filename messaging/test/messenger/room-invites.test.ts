import { type Bytes20, type Bytes32, Role, type Conversation as Standing } from '@parley/protocol/light'
import { expect, test } from 'vitest'
import type { Conversation } from '../../src/conversation/conversation.ts'
import { systemRandom } from '../../src/keys/installation.ts'
import type { LiveConversation } from '../../src/live/live.ts'
import type { Context } from '../../src/messenger/context.ts'
import { RoomInvites } from '../../src/messenger/room-invites.ts'
import type { RoomMeta } from '../../src/messenger/room-meta.ts'

const bob = new Uint8Array(20).fill(2) as Bytes20
const { signal } = new AbortController()

test('invites › one whose slot is being opened is not forgotten by a delivery meanwhile', async () => {
  const founder = { key: new Uint8Array(33), role: Role.admin, nonce: 0n }
  const standing = { epoch: 0n, members: [founder] } as unknown as Standing
  let meta: RoomMeta = {
    place: { shard: 0, index: 1 },
    id: new Uint8Array(32) as Bytes32,
    title: '',
    kind: 'talk',
    invites: [],
  }
  // Parts of a messenger, as far as invites ask them.
  const context = { random: systemRandom, signal, log: { standing: async () => standing } } as unknown as Context
  const conversation = { own: { slot: 0 }, leaves: [] } as unknown as Conversation
  const live = { assertMember: () => undefined, introduce: async () => undefined } as unknown as LiveConversation
  const planned = Promise.withResolvers<void>()
  const accepted = Promise.withResolvers<void>()
  const invites = new RoomInvites(context, conversation, live, {
    meta: () => meta,
    async keep(changes) {
      meta = { ...meta, ...changes }
    },
    async change(plan) {
      await plan(standing)
      planned.resolve()
      await accepted.promise
      return undefined
    },
    assertHolds: () => undefined,
  })
  const opened = invites.open([bob], { text: '', expiresAt: 1n })
  await planned.promise
  const delivered = invites.deliver().catch((error: unknown) => error)
  // Long enough for a delivery that waits for nobody.
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(meta.invites.map(({ identity }) => identity)).toEqual([bob])
  accepted.resolve()
  await Promise.all([opened, delivered])
})
