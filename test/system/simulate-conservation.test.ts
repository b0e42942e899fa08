import { conservationAccounts, runConservation, type SimulatedChain, startSimulatedChain } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { type Address, createTestClient, http } from 'viem'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forever, log } from './support/l2.ts'

let chain: SimulatedChain
beforeEach(async () => {
  const options = { accounts: conservationAccounts, genesisTimestamp: 1_800_000_000n, gasPrice: 10n ** 9n }
  chain = await startSimulatedChain({ clock: systemClock, log }, options, forever)
})
afterEach(() => chain?.stop())

const run = (on: SimulatedChain, actions: number) => runConservation({ chain: on, log }, { seed: 3n, actions }, forever)

/** What is carried out often enough to be seen in a short run. */
const often =
  'invite relay register registerBySignature change collectFees deposit withdraw setGate setFlatFee setCurve setGates setStanding stake startExit withdrawStake publish attest recordCost reimburse donate forceEther propose vote queue'.split(
    ' ',
  )

test('conservation › books and chain agree to the wei, and what was done was of every kind', async () => {
  const report = await run(chain, 1_500)
  expect(report).toMatchObject({ ok: true, actions: 1_500, parted: undefined })
  const done = Object.entries(report.kinds).filter(([, { succeeded }]) => succeeded > 0)
  const kinds = new Set(done.map(([kind]) => kind))
  for (const kind of often) expect(kinds).toContain(kind)
  expect([...kinds].filter((kind) => kind.startsWith('govern: ')).length).toBeGreaterThan(3)
  const left = Object.values(report.wei).reduce((sum, wei) => sum + BigInt(wei), 0n)
  expect(left).toBe(BigInt(report.openingWei))
})

type Blocks = SimulatedChain['execute']

/** The chain, but for its block of that number. */
function withFault(faultyBlock: number, execute: Blocks) {
  let blocks = 0
  const faulty: SimulatedChain = {
    ...chain,
    get now() {
      return chain.now
    },
    execute: (timestamp, transactions) => {
      blocks += 1
      return (blocks === faultyBlock ? execute : chain.execute)(timestamp, transactions)
    },
  }
  return { faulty, blocks: () => blocks }
}

async function partingOf(execute: Blocks) {
  const { faulty, blocks } = withFault(60, execute)
  const { ok, actions, parted } = await run(faulty, 800)
  expect(ok).toBe(false)
  expect(blocks()).toBe(60)
  expect(parted?.steps[1]).toBe(actions - 1)
  return parted?.differences ?? []
}

test('conservation › gas booked that was not paid is found in its block', async () => {
  const overstated: Blocks = async (timestamp, transactions) =>
    (await chain.execute(timestamp, transactions)).map((outcome) => ({ ...outcome, gasPaid: outcome.gasPaid + 1n }))
  const differences = await partingOf(overstated)
  expect(differences.every(({ place, booked, found }) => place.startsWith('wallet ') && found > booked)).toBe(true)
})

test('conservation › an action left out of the books is found in its block', async () => {
  const denied: Blocks = async (timestamp, transactions) =>
    (await chain.execute(timestamp, transactions)).map((outcome) => ({ ...outcome, succeeded: false }))
  expect((await partingOf(denied)).length).toBeGreaterThan(0)
})

test('conservation › a contract that loses a wei is found in its block', async () => {
  const thief: Blocks = async (timestamp, transactions) => {
    const outcomes = await chain.execute(timestamp, transactions)
    const called = transactions.flatMap(({ to }) => (to === undefined ? [] : [to]))
    const balances = await chain.balances(called)
    const robbed = balances.findIndex((balance) => balance > 0n)
    const control = createTestClient({ mode: 'anvil', transport: http(chain.url) })
    await control.setBalance({ address: called[robbed] as Address, value: (balances[robbed] as bigint) - 1n })
    return outcomes
  }
  const [difference, ...others] = await partingOf(thief)
  expect(others).toEqual([])
  expect(['inbox', 'stakes', 'directory', 'treasury']).toContain(difference?.place)
  expect(difference?.found).toBe((difference?.booked ?? 0n) - 1n)
})
