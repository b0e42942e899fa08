import { gapsOf, memberOf } from '../../src/engine/state.ts'
import { MessagingError } from '../../src/faults.ts'
import type { Party, World } from './world.ts'

/** The code of what was thrown, if it is a coded fault of ours. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof MessagingError ? error.fault.code : undefined
}

/** Does one of the things that are due for a party; false when nothing is. It is what a client does by itself. */
export async function doDue(world: World, party: Party): Promise<boolean> {
  const { conversation, state } = party
  await party.fetch()
  if (conversation.hasExpired(world.clock.now())) {
    await party.passOver()
    return true
  }
  const gaps = gapsOf(state)
  if (gaps.length > 0 && state.movedOn) {
    await party.abandon('others went on')
    return true
  }
  if (conversation.mustAsk) {
    await conversation.askToJoin()
    return true
  }
  const isAdmin = state.record.slots[party.slot]?.role === 2
  const [old] = conversation.skippable(world.clock.now())
  if (isAdmin && old !== undefined) {
    await conversation.skip(old, 1)
    return true
  }
  if (conversation.mustWant !== undefined) {
    await conversation.want(conversation.mustWant)
    return true
  }
  if (memberOf(state) === undefined || gaps.length > 0) return false
  if (conversation.stale.length > 0 && state.commits.length === 0) {
    await conversation.commit([], conversation.stale)
    return true
  }
  if (conversation.stale.length > 0) return false
  const [asking] = conversation.asking
  if (asking !== undefined && isFirst(world, party)) {
    await party.answer(asking)
    return true
  }
  if (conversation.agedKeys(world.clock.now()) !== undefined && state.commits.length === 0) {
    await conversation.commit([], [])
    return true
  }
  if (conversation.mustSayAgain) {
    await conversation.sayAgain()
    return true
  }
  return false
}

/** Members wait for one another in the order of their leaves: here the first of them answers at once. */
function isFirst(world: World, party: Party): boolean {
  return world.honest.find(({ isMember, gaps }) => isMember && gaps.length === 0) === party
}

/** Everybody takes everything and does what is due, until there is nothing left. */
export async function calmDown(world: World, rounds = 40): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await world.settle()
    let did = false
    for (const party of world.honest) if (await doDue(world, party)) did = true
    if (!did) return
  }
  throw new Error(`${rounds} rounds were not enough`)
}
