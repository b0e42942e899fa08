import { type Bytes32, sameBytes } from '@parley/protocol/light'
import type { Content } from '../engine/content.ts'
import type { Taking } from '../engine/draft.ts'
import { BudgetSpent } from '../engine/judge.ts'
import { messagingLimits } from '../limits.ts'
import type { GroupState } from '../mls/group.ts'
import { joinByWelcome, packageRef, recipientsOf } from '../mls/join.ts'
import type { OwnPackage } from '../mls/leaf.ts'
import type { Clock } from '../ports/clock.ts'
import type { Held } from './held.ts'

/** What the engine needs of a device to take entries. */
export function takingOf(held: Held, signal: AbortSignal, isKnown: Taking['isKnown'] = () => false): Taking {
  const { suite, deps } = held
  const budget = budgetOf(deps.clock, signal)
  return { suite, budget, isKnown, join: (content) => join(held, content, budget) }
}

/** Lets work on one content take so long and no longer. Work that goes on meanwhile is bounded by the size of frames. */
function budgetOf(clock: Clock, signal: AbortSignal): Taking['budget'] {
  return async (work) => {
    const done = new AbortController()
    const tooLong = clock.wait(messagingLimits.budgetMs, AbortSignal.any([done.signal, signal])).then(() => {
      throw new BudgetSpent(`${messagingLimits.budgetMs} ms are over`)
    })
    try {
      return await Promise.race([work, tooLong])
    } finally {
      done.abort()
    }
  }
}

async function join(
  held: Held,
  { welcome }: Extract<Content, { kind: 'welcome' }>,
  budget: Taking['budget'],
): Promise<GroupState | undefined> {
  const own = await packageFor(held, recipientsOf(welcome))
  if (own === undefined) return undefined
  try {
    return await budget(joinByWelcome(welcome, own, held.suite))
  } catch {
    // One that is no good is like none: its author sends another, or this device asks to join.
    return undefined
  }
}

async function packageFor(held: Held, refs: readonly Bytes32[]): Promise<OwnPackage | undefined> {
  for (const own of held.stored.packages) {
    const ref = await packageRef(own, held.suite)
    if (refs.some((each) => sameBytes(each, ref))) return own
  }
  return undefined
}
