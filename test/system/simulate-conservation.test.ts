import { peopleCount, runConservation, type SimulatedChain, startSimulatedChain } from '@parley/cli'
import { type Address, createTestClient, http } from 'viem'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clock } from './support/clock.ts'
import { forever, log } from './support/l2.ts'

let chain: SimulatedChain
beforeEach(async () => {
  const options = { accounts: 1 + peopleCount, genesisTimestamp: 1_800_000_000n, gasPrice: 10n ** 9n }
  chain = await startSimulatedChain({ clock, log }, options, forever)
})
afterEach(() => chain?.stop())

const run = (on: SimulatedChain, actions: number) => runConservation({ chain: on, log }, { seed: 3n, actions }, forever)

test('conservation › books and chain agree to the wei, and every kind of action was carried out', async () => {
  const report = await run(chain, 800)
  expect(report).toMatchObject({ ok: true, actions: 800, parted: undefined })
  for (const [kind, { succeeded }] of Object.entries(report.kinds)) expect([kind, succeeded]).not.toEqual([kind, 0])
  const left = Object.values(report.wei).reduce((sum, wei) => sum + BigInt(wei), 0n)
  expect(left).toBe(BigInt(report.openingWei))
})

type Blocks = SimulatedChain['execute']

/** The chain, but for one of its blocks, counted from the first that somebody other than the deployer sends to. */
function withFault(faultyBlock: number, execute: Blocks): SimulatedChain {
  let block = 0
  return {
    ...chain,
    get now() {
      return chain.now
    },
    execute: (timestamp, transactions) => {
      if (block > 0 || transactions.some(({ from }) => from !== chain.accounts[0])) block += 1
      return (block === faultyBlock ? execute : chain.execute)(timestamp, transactions)
    },
  }
}

async function partingOf(faulty: SimulatedChain) {
  const { ok, blocks, actions, parted } = await run(faulty, 400)
  expect(ok).toBe(false)
  expect(parted?.steps[1]).toBe(actions - 1)
  expect(blocks).toBe(30)
  return parted?.differences ?? []
}

test('conservation › gas booked that was not paid is found in its block', async () => {
  const overstated: Blocks = async (timestamp, transactions) =>
    (await chain.execute(timestamp, transactions)).map((outcome) => ({ ...outcome, gasPaid: outcome.gasPaid + 1n }))
  const differences = await partingOf(withFault(30, overstated))
  expect(differences.every(({ place, booked, found }) => place.startsWith('wallet ') && found > booked)).toBe(true)
})

test('conservation › an action left out of the books is found in its block', async () => {
  const denied: Blocks = async (timestamp, transactions) =>
    (await chain.execute(timestamp, transactions)).map((outcome) => ({ ...outcome, succeeded: false }))
  expect((await partingOf(withFault(30, denied))).length).toBeGreaterThan(0)
})

test('conservation › a contract that loses a wei is found in its block', async () => {
  const thief: Blocks = async (timestamp, transactions) => {
    const outcomes = await chain.execute(timestamp, transactions)
    const control = createTestClient({ mode: 'anvil', transport: http(chain.url) })
    const inbox = transactions.find(({ value, to }) => value > 0n && to !== undefined)?.to as Address
    const [balance] = await chain.balances([inbox])
    await control.setBalance({ address: inbox, value: (balance as bigint) - 1n })
    return outcomes
  }
  const differences = await partingOf(withFault(30, thief))
  expect(differences).toEqual([expect.objectContaining({ place: 'inbox' })])
})
