import { readFileSync } from 'node:fs'
import { gatewayBounds, settingsOf } from '@parley/gateway'
import {
  accountsOf,
  openSybilStage,
  quickSybils,
  runSybils,
  type SybilRun,
  startSimulatedChain,
  sybilChecksOf,
} from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { parseGwei } from 'viem'
import { beforeAll, expect, test } from 'vitest'
import { forever, log } from './support/l2.ts'

const preset = { ...quickSybils, days: 2 }
const ether = 10n ** 18n
/** As operators have it who change nothing, but that all together are few, so that they are soon enough. */
const options = {
  preset,
  settings: settingsOf({ allDay: 300 }),
  bounds: { stakeMiddle: parseGwei('100000000'), stakeHigh: ether, minAgeSeconds: 2_592_000n },
}

let run: SybilRun
beforeAll(async () => {
  const { market } = preset
  const chainOptions = { accounts: accountsOf(market), genesisTimestamp: 1_800_000_000n, gasPrice: market.gasPrice }
  const chain = await startSimulatedChain({ clock: systemClock, log }, chainOptions, forever)
  try {
    run = await runSybils(await openSybilStage(chain, options), forever)
  } finally {
    await chain.stop()
  }
})

test('sybils › all bounds hold, and each fails where what it is about is otherwise', () => {
  const holds = {
    tiersHold: true,
    proofsOfOneAccountDoNotAdd: true,
    manyGainNothing: true,
    splittingStakeGainsNothing: true,
    stakeCoversADay: true,
    unitIsWorthWhatItSays: true,
    listedGetNothing: true,
    freeAreBounded: true,
  }
  expect(sybilChecksOf(run)).toEqual(holds)
  const failing = (changed: Partial<SybilRun>) => {
    const checks = Object.entries(sybilChecksOf({ ...run, ...changed }))
    return checks.filter(([, each]) => !each).map(([check]) => check)
  }
  const ways = (change: (way: SybilRun['ways'][number]) => object) =>
    run.ways.map((way) => ({ ...way, ...change(way) }))
  const { together, listed, unproven, worth } = run
  expect(failing({ ways: ways(({ units }) => ({ units: 2 * units })) })).toEqual(['tiersHold'])
  expect(failing({ together: { ...together, units: together.units + 1 } })).toEqual(['proofsOfOneAccountDoNotAdd'])
  expect(failing({ many: run.many.map((each) => ({ ...each, units: each.units + 1 })) })).toEqual(['manyGainNothing'])
  const cheap = ways(({ way, cost }) => ({
    cost: way === 'stake, middle' ? { ...cost, boundWei: cost.boundWei / 10n } : cost,
  }))
  expect(failing({ ways: cheap })).toEqual(['splittingStakeGainsNothing'])
  const uncovered = ways(({ stakeCoversDays }) => ({ stakeCoversDays: stakeCoversDays && stakeCoversDays / 2 }))
  expect(failing({ ways: uncovered })).toEqual(['stakeCoversADay'])
  expect(failing({ worth: { ...worth, unit: { ...worth.unit, by: 'conversation' } } })).toEqual([
    'unitIsWorthWhatItSays',
  ])
  expect(failing({ listed: listed.map((each) => ({ ...each, refused: null })) })).toEqual(['listedGetNothing'])
  expect(failing({ unproven: { ...unproven, aged: null } })).toEqual(['freeAreBounded'])
})

test('sybils › who is many for nothing uses up what all such have together', () => {
  const { unproven } = run
  const [tierNone] = gatewayBounds.tierNone
  expect(unproven.units).toBeGreaterThanOrEqual(options.settings.allDay)
  expect(unproven.addresses).toBeGreaterThan(options.settings.allDay / tierNone)
})

/** The table of the page, by way. */
function tableOf(page: string): Map<string, string[]> {
  const rows = page.split('\n').filter((line) => /^\| (none|jwt|name|repute|attestation|stake)/.test(line))
  return new Map(
    rows
      .map((row) => row.split('|').slice(1, -1))
      .map(([way = '', ...rest]) => [way.trim(), rest.map((cell) => cell.trim())]),
  )
}

test('sybils › the page’s table has the figures of the run', () => {
  const table = tableOf(readFileSync(new URL('../../docs/sybils.md', import.meta.url), 'utf8'))
  expect([...table.keys()]).toEqual(run.ways.map(({ way }) => way))
  const round = (value: number): number => Number(value.toPrecision(value < 0.1 ? 2 : 4))
  for (const each of run.ways) {
    const [tier, tokens, first, found, outside, gateway] = table.get(each.way)!
    expect([tier, tokens], each.way).toEqual([each.tier, each.unitsPerDay.toLocaleString('en-US')])
    const figures = [
      each.firstDay.toConsumer,
      each.foundOut.toConsumer,
      each.outsideWeiPerDay / 1e18,
      Number(each.gatewayWeiPerDay) / 1e18,
    ]
    expect([first, found, outside, gateway].map(Number), each.way).toEqual(figures.map(round))
  }
})
