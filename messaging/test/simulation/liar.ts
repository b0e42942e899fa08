import { sameBytes } from '@parley/protocol/light'
import { memberOf } from '../../src/engine/state.ts'
import { frameDigest } from '../../src/index.ts'
import { makeCommit } from '../../src/mls/group.ts'
import { loadSuite, type Suite } from '../../src/mls/suite.ts'
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
