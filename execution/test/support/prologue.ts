import type { QueuedItem } from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import type { Execution } from '../../src/index.ts'
import { ReferenceChain } from './chain.ts'
import { type SentOffer, submit } from './lanes.ts'
import { Scenario } from './scenario.ts'

export interface Standing {
  readonly chain: ReferenceChain
  readonly scenario: Scenario
  /** Block 1: deposits and creations. */
  readonly first: BuiltBlock & { items: QueuedItem[] }
}

/** A reference chain with block 1 built: accounts and conversations to play with. */
export function standing(): Standing & { readonly offers: readonly SentOffer[] } {
  const chain = new ReferenceChain()
  const scenario = new Scenario(chain)
  const { items, offers } = scenario.prologue()
  return { chain, scenario, first: chain.build(items, offers, 250n), offers }
}

/** What opens the lanes' part of a built block. */
export const openingOf = ({ block, items }: BuiltBlock & { items: QueuedItem[] }) => ({
  number: block.header.number,
  timestamp: block.header.timestamp,
  prices: block.header.prices,
  items,
})

/** Brings lanes at genesis to the state after block 1. */
export async function playFirst(execution: Execution): Promise<ReturnType<typeof standing>> {
  const made = standing()
  execution.open(openingOf(made.first))
  made.offers.forEach((offer, ticket) => {
    submit(execution, offer, ticket)
  })
  await execution.seal()
  return made
}
