import { sameBytes } from '@parley/protocol/light'
import { encodeInvitation } from '../../src/codec/invitation.ts'
import { memberOf } from '../../src/engine/state.ts'
import { encodeFrame, FrameKind, frameDigest, systemRandom } from '../../src/index.ts'
import { groupInfo, makeCommit } from '../../src/mls/group.ts'
import { loadSuite, type Suite } from '../../src/mls/suite.ts'
import { seal } from '../../src/sealing/sealed.ts'
import type { Party, World } from './world.ts'

/** A suite that seals something else to one key. */
export function poisoned(suite: Suite, victim: Uint8Array): Suite {
  const seal: Suite['hpke']['seal'] = async (key, ...rest) => {
    const { enc, ct } = await suite.hpke.seal(key, ...rest)
    const isVictim = sameBytes(await suite.hpke.exportPublicKey(key), victim)
    return { enc, ct: isVictim ? ct.map((byte) => byte ^ 1) : ct }
  }
  return { ...suite, hpke: { ...suite.hpke, seal } }
}

/**
 * A member commits.
 * @param choose - Picks a leaf whose own key no longer opens what is sealed to it; undefined lets all follow.
 * @returns the frame, posted.
 */
export async function poison(
  world: World,
  liar: Party,
  choose: (leaves: number) => number | undefined,
): Promise<Uint8Array | undefined> {
  const state = memberOf(liar.state)?.state
  if (state === undefined) return undefined
  const suite = await loadSuite(world.suite)
  const leaves = state.ratchetTree.flatMap((node) => (node?.nodeType === 'leaf' ? [node.leaf] : []))
  const victim = leaves[choose(leaves.length) ?? -1]
  const used = victim === undefined ? suite : poisoned(suite, victim.hpkePublicKey)
  const { frame } = await makeCommit(state, { add: [], remove: [] }, used)
  await world.contents.put(frame)
  await world.post(liar, frameDigest(frame))
  return frame
}

/** A member commits what its role does not let it. */
export async function overstep(world: World, liar: Party, leaf: number): Promise<void> {
  const state = memberOf(liar.state)?.state
  if (state === undefined) return
  const { frame } = await makeCommit(state, { add: [], remove: [leaf] }, await loadSuite(world.suite))
  await world.contents.put(frame)
  await world.post(liar, frameDigest(frame))
}

/** The GroupInfo of today, for a liar to keep. */
export async function keepInfo(world: World, { state }: Party): Promise<Uint8Array | undefined> {
  const member = memberOf(state)
  return member && groupInfo(member.state, await loadSuite(world.suite))
}

/** A member answers somebody who wants to join, as if a GroupInfo that it kept were of today. */
export async function answerFalsely(world: World, liar: Party, info: Uint8Array, asking: Party): Promise<void> {
  const plaintext = encodeInvitation({ info, asOf: liar.state.record.cursor.messages })
  const sealing = { name: 'x25519', suite: await loadSuite('x25519'), context: liar.state.record.id } as const
  const body = await seal(plaintext, [asking.installation.fallback.key], sealing, systemRandom)
  const frame = encodeFrame({ kind: FrameKind.sealed, body })
  await world.contents.put(frame)
  await world.post(liar, frameDigest(frame))
}
