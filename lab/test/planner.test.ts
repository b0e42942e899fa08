import { ownerAddress, portableVerifier, Role, signDigest } from '@parley/protocol'
import { beforeEach, describe, expect, it, test } from 'vitest'
import type { Gateway } from '../src/load/gateway.ts'
import { lookAhead } from '../src/load/lookahead.ts'
import { createPlanner, type Planner } from '../src/load/planner.ts'
import { deriveFrom } from '../src/load/seeded.ts'
import { portableSigner } from '../src/load/signer.ts'
import type { TraceLine } from '../src/load/trace-line.ts'
import { ReferenceSequencer, testConfig } from './support/reference-sequencer.ts'

const secret = new Uint8Array(32).fill(3)
const trusting = { ...portableVerifier, verifyMember: () => true, verifyOwner: () => true }

function plannerOf(seed: string): Planner {
  const gateway: Gateway = {
    sign: (digest) => signDigest(secret, digest),
    accounts: Array.from({ length: 64 }, () => ({ account: 0, nonce: 0n })),
  }
  const { prices } = testConfig.genesis
  return createPlanner({ config: testConfig, prices, gateway, signer: portableSigner, derive: deriveFrom(seed) })
}

const say = (conversation: number, speaker: number): TraceLine => ({ conversation, speaker, minute: 0, text: 'hello' })

async function play(lines: TraceLine[], window: number, sequencer: ReferenceSequencer): Promise<string[]> {
  const planner = plannerOf('1')
  const kinds: string[] = []
  for await (const foreseen of lookAhead(lines, window))
    for (const offer of planner.plan(foreseen)) {
      expect(sequencer.offer(offer)).toBeUndefined()
      kinds.push(offer.kind)
    }
  return kinds
}

describe('planner › everything it offers is accepted', () => {
  let sequencer: ReferenceSequencer
  beforeEach(() => {
    sequencer = new ReferenceSequencer(ownerAddress(secret), 10n ** 12n, trusting)
  })

  it('with real signatures', async () => {
    const checking = new ReferenceSequencer(ownerAddress(secret), 10n ** 12n, portableVerifier)
    await play([say(1, 0), say(1, 1), say(2, 5), say(1, 2)], 2, checking)
    expect(checking.conversations().map(({ messageCount }) => messageCount)).toEqual([3n, 1n])
  })

  it('speakers within the window are members from the start, the first an admin', async () => {
    const kinds = await play([say(7, 4), say(7, 2), say(7, 4)], 10, sequencer)
    expect(kinds).toEqual(['operation', 'message', 'message', 'message'])
    const [talk] = sequencer.conversations()
    expect(talk?.members.map(({ role, nonce }) => [role, nonce])).toEqual([
      [Role.admin, 3n],
      [Role.member, 2n],
    ])
  })

  it('speakers beyond the window join later', async () => {
    await play([say(7, 0), say(7, 0), say(7, 1), say(7, 2), say(7, 1)], 2, sequencer)
    const [talk] = sequencer.conversations()
    expect(talk?.epoch).toBe(2n)
    expect(talk?.members.map(({ nonce }) => nonce)).toEqual([3n, 3n, 2n])
  })

  it('more speakers than one creation takes', async () => {
    await play(
      Array.from({ length: 40 }, (_, i) => say(1, i % 20)),
      40,
      sequencer,
    )
    const [talk] = sequencer.conversations()
    expect(talk?.members.length).toBe(20)
    expect(talk?.epoch).toBe(4n)
    expect(talk?.messageCount).toBe(40n)
  })

  it('conversations longer than the window are funded again', async () => {
    await play(
      Array.from({ length: 40 }, () => say(1, 0)),
      3,
      sequencer,
    )
    expect(sequencer.conversations()[0]?.messageCount).toBe(40n)
    expect(sequencer.shard(0).accounts[0]?.nonce).toBe(3n)
  })

  it('conversations are spread over the shards', async () => {
    await play(
      Array.from({ length: 65 }, (_, i) => say(i, 0)),
      1,
      sequencer,
    )
    expect(sequencer.shard(0).conversations.length).toBe(2)
    expect(sequencer.shard(63).conversations.length).toBe(1)
  })
})

test('planner › keys and contents follow from the seed, and differ by speaker and conversation', async () => {
  const built = async (seed: string) => {
    const planner = plannerOf(seed)
    const offers = []
    for await (const foreseen of lookAhead([say(1, 0), say(1, 1), say(2, 0)], 3)) offers.push(...planner.plan(foreseen))
    return offers.map((offer) => offer.build())
  }
  expect(await built('1')).toEqual(await built('1'))
  expect(await built('1')).not.toEqual(await built('2'))
  const messages = (await built('1')).filter((each) => 'content' in each)
  expect(new Set(messages.map(({ content }) => Buffer.from(content).toString('hex'))).size).toBe(3)
})
