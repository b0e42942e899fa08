import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CostEntry, sumCosts, weiOf } from '@parley/batcher'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCostFiles, readCostFiles } from '../src/costs/cost-files.ts'
import { readCosts } from '../src/costs/run-costs.ts'

const noClaim = { claimGas: 0n, claimFee: 0n, l1Fee: 0n }
const at = Date.parse('2026-11-29T18:00:00Z')
const core = (batch: bigint, change: Partial<CostEntry> = {}): CostEntry => ({
  batch,
  part: 'core',
  layer: 'ethereum-blobs',
  bytes: 1_000n,
  messages: 10n,
  cost: { token: 'eth', amount: 5_000n },
  overhead: 0n,
  ...noClaim,
  at,
  ...change,
})
const claim = (batch: bigint): CostEntry => ({
  ...core(batch),
  part: 'claim',
  layer: 'l2',
  bytes: 0n,
  cost: { token: 'l2-eth', amount: 300n },
  claimGas: 100n,
  claimFee: 200n,
  l1Fee: 100n,
})

describe('journal of costs', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parley-costs-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  test('entries › come back in order, by month, from a time on', async () => {
    const journal = createCostFiles(join(dir, 'costs'))
    const later = core(2n, { at: Date.parse('2026-12-01T00:00:00Z') })
    await Promise.all([journal.append([core(1n), claim(1n)]), journal.append([later])])
    expect([await journal.hasClaim(1n), await journal.hasClaim(7n)]).toEqual([true, false])
    expect(await readdir(join(dir, 'costs'))).toEqual(['2026-11.jsonl', '2026-12.jsonl'])
    expect(await readCostFiles(join(dir, 'costs'), 0)).toEqual({ entries: [core(1n), claim(1n), later], unreadable: 0 })
    expect((await readCostFiles(join(dir, 'costs'), at + 1)).entries).toEqual([later])
  })

  test('a data directory that is not there › is a fault, and one without entries is none', async () => {
    const path = join(dir, 'elsewhere')
    await expect(readCosts(path, 0, {})).rejects.toMatchObject({ fault: { code: 'DATA_DIR_UNUSABLE', path } })
    expect(await readCosts(dir, 0, {})).toEqual({ unreadable: 0, costs: [] })
  })

  test('a line that a crash cut › is counted, and spoils no other', async () => {
    const path = join(dir, '2026-11.jsonl')
    await createCostFiles(dir).append([core(1n)])
    await appendFile(path, '{"batch":"2","pa')
    await createCostFiles(dir).append([core(3n)])
    expect(await readCostFiles(dir, 0)).toEqual({ entries: [core(1n), core(3n)], unreadable: 1 })
  })

  test.each([
    ['another part', { part: 'other' }],
    ['a token that is not known', { cost: { token: 'btc', amount: '1' } }],
    ['an amount that is a number', { bytes: 12 }],
    ['no time', { at: undefined }],
  ])('an entry with %s › is not readable', async (_what, change) => {
    const line = { ...JSON.parse(JSON.stringify(core(1n), (_, v) => (typeof v === 'bigint' ? `${v}` : v))), ...change }
    await appendFile(join(dir, '2026-11.jsonl'), `${JSON.stringify(line)}\n`)
    expect(await readCostFiles(dir, 0)).toEqual({ entries: [], unreadable: 1 })
  })

  test('no journal yet › has no entries', async () => {
    expect(await readCostFiles(join(dir, 'none'), 0)).toEqual({ entries: [], unreadable: 0 })
  })
})

describe('sums of costs', () => {
  test('by part, layer and token › each with what a message cost', () => {
    const beside = core(3n, { bytes: 0n, messages: 0n, cost: { token: 'eth', amount: 0n }, overhead: 700n })
    const tia = core(3n, { layer: 'celestia', cost: { token: 'tia', amount: 40n } })
    const sums = sumCosts([core(1n), claim(1n), core(2n), claim(2n), beside, tia, beside], { tia: 0.0002, usd: 2_000 })
    expect(sums.map(({ part, layer, token, publications }) => [part, layer, token, publications])).toEqual([
      ['core', 'celestia', 'tia', 1],
      ['core', 'ethereum-blobs', 'eth', 2],
      ['claim', 'l2', 'l2-eth', 2],
    ])
    expect(sums[1]).toMatchObject({
      bytes: 2_000n,
      messages: 20n,
      bytesPerMessage: 100,
      cost: 10_000n,
      overhead: 1_400n,
    })
    expect(sums[1]).toMatchObject({ costPerMessage: 570, weiPerMessage: 570, usdPerMessage: 570e-18 * 2_000 })
    expect(sums[0]).toMatchObject({ costPerMessage: 4, weiPerMessage: 4 * 0.0002 * 1e12 })
    expect(sums[2]).toMatchObject({ claimGas: 200n, costPerMessage: 30 })
  })

  test('a batch written twice › counts once, as it was written last', () => {
    const sums = sumCosts([core(1n), core(1n, { cost: { token: 'eth', amount: 9_000n } })], {})
    expect(sums).toMatchObject([{ publications: 1, cost: 9_000n, usdPerMessage: undefined }])
  })

  test('another token › is converted at a rate that is given, rounded up, and never without one', () => {
    expect(weiOf({ token: 'tia', amount: 1n }, { tia: 0.0001234567891 })).toBe(123_457_000n)
    expect(weiOf({ token: 'tia', amount: 1n }, {})).toBeUndefined()
    expect(weiOf({ token: 'none', amount: 7n }, {})).toBe(0n)
    expect(sumCosts([core(1n, { cost: { token: 'tia', amount: 4n } })], { usd: 2 })[0]).toMatchObject({
      costPerMessage: 0.4,
      weiPerMessage: undefined,
      usdPerMessage: undefined,
    })
  })
})
