import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountsOf, checksOf, quickSpam, runSpam, spamPage, spamPresets, startSimulatedChain } from '@parley/lab'
import { renderPage } from '@parley/lab/page'
import { systemClock } from '@parley/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'
import { forever, log } from './support/l2.ts'

/** A consumer's life of three months: long enough to see who sends, too short for its registration to be worth it. */
const few = quickSpam(spamPresets.proposal)
const preset = { ...few, behaviour: { ...few.behaviour, lifeDays: 90 } }
const options = { preset, seed: 7n, regimes: ['no fee', 'bulk pricing'] } as const

let regimes: Awaited<ReturnType<typeof runSpam>>
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-spam-'))
  const chain = { accounts: accountsOf(preset), genesisTimestamp: 1_800_000_000n, gasPrice: preset.gasPrice }
  regimes = await runSpam(
    { log, startChain: () => startSimulatedChain({ clock: systemClock, log }, chain, forever) },
    options,
    forever,
  )
}, 360_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

const [open, protectedOne] = [0, 1] as const

test('spam › pays without a fee, and is not sent with bulk pricing', () => {
  const { personas } = regimes[open]!
  expect(personas['sybil spammer'].delivered).toBeGreaterThan(0)
  expect(personas['low-reputation spammer'].delivered).toBeGreaterThan(0)
  const { personas: priced, spammers, trials } = regimes[protectedOne]!
  expect(trials.every(({ profitWei }) => profitWei < 0)).toBe(true)
  expect(spammers.map(({ chosen }) => chosen)).toEqual([undefined, undefined])
  const { volume, days } = preset.attack
  expect(priced['sybil spammer']).toMatchObject({ sent: 0, pricedOut: volume * days })
})

test('spam › consumers and the honest send what they want in both worlds', () => {
  for (const { personas } of regimes) {
    expect(personas.consumer).toMatchObject({ refused: 0, pricedOut: 0 })
    expect(personas['honest bulk sender']).toMatchObject({ refused: 0, pricedOut: 0 })
  }
  const [before, after] = regimes.map(({ personas }) => personas.consumer.delivered)
  expect(after).toBe(before)
})

test('spam › the quick preset keeps that spam is dearer than an honest bulk sender’s invites', () => {
  const { personas, spammers } = regimes[protectedOne]!
  const honest = personas['honest bulk sender'].costPerDelivered.meanWei!
  for (const { cheapest } of spammers) expect(cheapest.summary.costPerDelivered.meanWei).toBeGreaterThan(honest)
  expect(preset.behaviour).toEqual({ ...spamPresets.proposal.behaviour, lifeDays: 90 })
})

test('spam › a flood lifts the fee of its own inbox alone', () => {
  const { flood } = regimes[protectedOne]!
  const { quiet, flooded } = flood.flooded
  expect(flooded.every((fee, i) => i === 0 || fee > flooded[i - 1]!)).toBe(true)
  expect(quiet.every((fee) => fee < flooded[0]!)).toBe(true)
  expect(flood.others).toMatchObject({ inboxes: 42, looks: 3, moved: 0 })
  expect(checksOf(regimes[protectedOne]!)).toMatchObject({
    consumersMedianFeeMovesAtMostTenPercent: true,
    otherInboxesFeesDoNotMove: true,
  })
})

test('spam › checks fail where they must', () => {
  const { flood, spammers, ...rest } = regimes[protectedOne]!
  // Three months are too short: twenty times a consumer's cost is more than a spammer's.
  expect(checksOf({ flood, spammers, ...rest }).sybilSpammerPaysTwentyfold).toBe(false)
  const moved = { ...flood, others: { ...flood.others, moved: 1 } }
  expect(checksOf({ flood: moved, spammers, ...rest }).otherInboxesFeesDoNotMove).toBe(false)
  const { before } = flood.consumersMedianFeeWei
  const dearer = { ...flood, consumersMedianFeeWei: { before, during: before * 1.11 } }
  expect(checksOf({ flood: dearer, spammers, ...rest }).consumersMedianFeeMovesAtMostTenPercent).toBe(false)
})

test('spam › the page’s table compares every persona’s own cost with the median that it tells', () => {
  const { sections } = spamPage({ preset, seed: 7n, quick: true }, regimes)
  const tables = sections.flatMap(({ parts }) => parts).filter((part) => part.kind === 'table')
  const { caption, columns, rows } = tables.find((table) => table.caption.startsWith('Personas'))!
  const median = Number(/the median consumer pays ([\d.]+) gwei/.exec(caption)?.[1])
  const [cost, times] = [columns.indexOf('cost, gwei'), columns.indexOf('× median consumer')]
  expect(rows.map(([persona]) => persona)).toEqual([
    'consumer',
    'honest bulk sender',
    'low-reputation spammer',
    'sybil spammer',
  ])
  for (const row of rows) expect((row[cost] as number) / median, String(row[0])).toBeCloseTo(row[times] as number, 6)
})

test('spam › the page shows its plots in a browser, from a phone to a screen', async () => {
  const file = join(directory, 'index.html')
  await writeFile(file, renderPage(spamPage({ preset, seed: 7n, quick: true }, regimes)))
  await using browser = await TestBrowser.launch()
  for (const width of [320, 1280]) {
    const visit = await browser.visit(file, { width })
    expect(await visit.visible('svg.plot')).toBe(5)
    expect(await visit.visible('table')).toBeGreaterThanOrEqual(3)
    expect(await visit.overflowing()).toEqual([])
    expect({ errors: visit.errors, requests: visit.requests }).toEqual({ errors: [], requests: [] })
  }
})
