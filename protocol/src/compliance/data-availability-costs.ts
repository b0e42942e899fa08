import assert from 'node:assert/strict'
import type { ComplianceCase } from './case.ts'
import { assertFault, patience, sampleBytes, withAdapter } from './data-availability-checks.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'

/** What is asked for, paid and allowed. */
export function daCostCases(lease: () => DaHarness, { priced }: DaTraits): readonly ComplianceCase[] {
  return [quotedAndPaid(lease), ...(priced ? [maxCost(lease), otherToken(lease)] : [freeOfCost(lease)])]
}

function quotedAndPaid(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'quote › is not less than what is paid', async (da) => {
    for (const bytes of [1, 5_000]) {
      const quote = await da.quote(bytes, patience())
      const { cost } = await da.submit(sampleBytes('quoted', bytes), {}, patience())
      assert.equal(cost.token, quote.cost.token)
      assert.ok(cost.amount <= quote.cost.amount, `${bytes} bytes: quoted ${quote.cost.amount}, paid ${cost.amount}`)
    }
  })
}

function maxCost(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'maxCost › respected, with nothing sent', async (da, harness) => {
    const before = await harness.publications()
    const data = sampleBytes('max cost', 710)
    const { cost } = await da.quote(data.length, patience())
    const tooLittle = { maxCost: { token: cost.token, amount: 1n } }
    const fault = await assertFault(da.submit(data, tooLittle, patience()), 'DA_FEE_CAPPED', 'submit')
    assert.deepEqual([fault.field, fault.limit], ['maxCost', 1n])
    assert.ok(fault.asked > 1n)
    assert.equal(await harness.publications(), before)
    // Prices may move between the two.
    const enough = { maxCost: { token: cost.token, amount: 2n * cost.amount } }
    const receipt = await da.submit(data, enough, patience())
    assert.equal(await harness.publications(), before + 1)
    // What is there costs nothing more.
    assert.deepEqual(await da.submit(data, tooLittle, patience()), receipt)
  })
}

function otherToken(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'maxCost › in another token is DA_REFUSED, with nothing sent', async (da, harness) => {
    const before = await harness.publications()
    const { cost } = await da.quote(711, patience())
    const token = cost.token === 'eth' ? 'tia' : 'eth'
    const other = { maxCost: { token, amount: 2n ** 100n } } as const
    await assertFault(da.submit(sampleBytes('other token', 711), other, patience()), 'DA_REFUSED', 'submit')
    assert.equal(await harness.publications(), before)
  })
}

function freeOfCost(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'maxCost › of nothing is enough for what is free', async (da) => {
    const free = { maxCost: { token: 'none', amount: 0n } } as const
    const { cost } = await da.submit(sampleBytes('free', 712), free, patience())
    assert.deepEqual(cost, { token: 'none', amount: 0n })
  })
}
