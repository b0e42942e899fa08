import { toHex } from '@parley/protocol/light'
import { emptyPskIndex, processPrivateMessage } from 'ts-mls'
import { expect, test } from 'vitest'
import { memberOf } from '../../src/engine/state.ts'
import { decodeFrame } from '../../src/index.ts'
import { decodeMessage } from '../../src/mls/message.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { calmDown, codeOf } from '../simulation/due.ts'
import { type Party, World } from '../simulation/world.ts'

test('removal › a removed member reads nothing of what was said by who knew', async () => {
  const world = await World.of(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.parties as [Party, Party, Party]
  const kept = memberOf(carol.state)
  await world.removeSlot(alice, carol.slot)
  await world.settle()
  const before = new Set(world.contents.frames.keys())
  const refused = await bob.say('without carol').then(() => undefined, codeOf)
  await calmDown(world)
  if (refused !== undefined) await bob.say('without carol')
  await calmDown(world)
  expect(alice.heard).toEqual(['without carol'])
  const suite = await loadSuite('x25519')
  const read: unknown[] = []
  for (const [digest, frame] of world.contents.frames) {
    if (before.has(digest) || kept === undefined) continue
    const { privateMessage } = decodeMessage(decodeFrame(frame).body, 'mls_private_message')
    if (privateMessage.contentType !== 'application') continue
    await processPrivateMessage(kept.state, privateMessage, emptyPskIndex, suite).then(
      () => read.push(toHex(privateMessage.ciphertext)),
      () => undefined,
    )
  }
  expect(read).toEqual([])
  expect(refused).toBe('STALE_LEAVES')
})
