import { type BlockFault, type TransitionFault, viewOfBlock } from '@parley/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ShardChunk } from '../src/index.ts'
import { ReferenceChain } from './support/chain.ts'
import { type BlockDraw, blockDraws } from './support/draws.ts'
import { type SentOffer, startLanes, submit, type TestLanes } from './support/lanes.ts'
import { Scenario } from './support/scenario.ts'

const seed = 20_261
const laneCounts = [1, 2, 3, 8]
/** What the reference can say of a message whose named nonce is not the next one. */
const saidOfWrongNonce: readonly TransitionFault['code'][] = [
  'COUNTER_EXHAUSTED',
  'PRICE_OVER_LIMIT',
  'ALLOWANCE_TOO_LOW',
  'SIGNATURE_INVALID',
]

const all: TestLanes[] = []
const genesis: ShardChunk[] = []
const genesisRoots = new ReferenceChain().shardRoots()
const seen = new Map<string, number>()

async function* chunksOf(list: readonly ShardChunk[]) {
  yield* list
}

beforeAll(async () => {
  all.push(...(await Promise.all(laneCounts.map((lanes) => startLanes({ lanes, queueEntries: 4096 })))))
  for await (const chunk of (all[0] as TestLanes).execution.snapshot()) genesis.push(chunk)
})

afterAll(async () => {
  await Promise.all(all.map(({ execution }) => execution.close()))
})

function compareOutcomes(
  lanes: TestLanes,
  offers: readonly SentOffer[],
  refusals: readonly (TransitionFault | undefined)[],
) {
  offers.forEach((offer, ticket) => {
    const outcome = lanes.outcomes.get(`${ticket}/0`)
    const refusal = refusals[ticket]
    seen.set(refusal?.code ?? 'accepted', (seen.get(refusal?.code ?? 'accepted') ?? 0) + 1)
    if (outcome?.accepted === false && outcome.fault.code === 'NONCE_MISMATCH' && offer.kind === 'message') {
      expect(saidOfWrongNonce).toContain(refusal?.code)
      expect(outcome.fault).toMatchObject({ received: offer.nonce })
    } else if (refusal !== undefined) expect(outcome).toEqual({ accepted: false, fault: refusal })
    else expect(outcome).toMatchObject({ accepted: true })
  })
}

async function playBlock(chain: ReferenceChain, scenario: Scenario, draw: BlockDraw | undefined, turn: number) {
  const { items, offers } = draw === undefined ? scenario.prologue() : scenario.block(draw)
  const prices = chain.state.prices
  const built = chain.build(items, offers, BigInt(draw?.stepMs ?? 250))
  const { header } = built.block
  const opening = { number: header.number, timestamp: header.timestamp, prices, items: built.items }
  // One verifies, one replays what another executed, the others execute: turn by turn each does everything.
  const role = (k: number): TestLanes => all[(turn + k) % all.length] as TestLanes
  const builders = [role(0), role(1)]
  for (const lanes of builders) {
    lanes.outcomes.clear()
    lanes.records.length = 0
    lanes.execution.open(opening)
    offers.forEach((offer, ticket) => {
      submit(lanes.execution, offer, ticket)
    })
  }
  const sealed = await Promise.all(builders.map(({ execution }) => execution.seal()))
  for (const lanes of builders) compareOutcomes(lanes, offers, built.refusals)
  const replayer = role(2)
  replayer.execution.open(opening)
  for (const record of role(0).records) await replayer.execution.replay(record)
  sealed.push(await replayer.execution.seal())
  for (const runs of sealed) {
    expect(runs.runs).toEqual(built.block.runs)
    expect(runs.witness).toEqual(built.witness)
    expect(runs.runsRoot).toEqual(header.runsRoot)
    expect(runs.shardRoots).toEqual(chain.shardRoots())
  }
  const fault: BlockFault | undefined = await role(3).execution.verify(
    viewOfBlock(built.block, built.witness),
    prices,
    built.items,
  )
  expect(fault).toBeUndefined()
}

describe('lanes', () => {
  test('random blocks › 1, 2, 3 and 8 lanes say and do what the reference does', async () => {
    await fc.assert(
      fc.asyncProperty(blockDraws, async (draws) => {
        await Promise.all(all.map(({ execution }) => execution.restore(chunksOf(genesis), genesisRoots)))
        const chain = new ReferenceChain()
        const scenario = new Scenario(chain)
        await playBlock(chain, scenario, undefined, 0)
        for (const [i, draw] of draws.entries()) await playBlock(chain, scenario, draw, i + 1)
      }),
      { seed, numRuns: 25, endOnFailure: false },
    )
    // A stream in which nothing succeeds, or nothing fails, would show nothing.
    expect(seen.get('accepted')).toBeGreaterThan(1_000)
    expect(seen.size).toBeGreaterThan(10)
  })
})
