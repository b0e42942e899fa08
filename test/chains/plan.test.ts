import { deployPhases, type Plan, phases, planDeployment, presets } from '@parley/infra'
import { type Anvil, createSystemTransactions, opMainnetScalars } from '@parley/lab'
import { type Block, createPublicClient, createTestClient, http, keccak256 } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deploying, deps, startChain } from './support/chain.ts'

const preset = presets['op-sepolia']
const never = new AbortController().signal

let l2: Anvil
beforeEach(async () => {
  l2 = await startChain(preset.chain!.id)
  const system = createSystemTransactions(deps, { url: l2.url, scalars: opMainnetScalars })
  const fees = { baseFee: 10n ** 9n, blobBaseFee: 10n ** 8n }
  await system.etch({ number: 9n, timestamp: 9n, hash: keccak256('0x'), ...fees }, never)
  // As on a public L2: what is tipped is most of what is paid, so that a base fee that moves on does not blur the comparison.
  const chain = createTestClient({ mode: 'anvil', transport: http(l2.url) })
  await chain.setNextBlockBaseFeePerGas({ baseFeePerGas: 10n ** 6n })
  await chain.mine({ blocks: 1 })
})
afterEach(() => l2?.stop())

const options = () => {
  const all = deploying(l2.url, preset)
  return { ...all, rollup: { ...all.rollup!, fillBond: true }, phases: new Set(phases) }
}
const client = () => createPublicClient({ transport: http(l2.url) })

/** Gas of every transaction of an account since a block, in order. */
async function gasSince(first: bigint, account: string): Promise<bigint[]> {
  const used: bigint[] = []
  for (let number = first; number <= (await client().getBlockNumber({ cacheTime: 0 })); number++) {
    const { transactions }: Block<bigint, true> = await client().getBlock({
      blockNumber: number,
      includeTransactions: true,
    })
    for (const { from, hash } of transactions)
      if (from.toLowerCase() === account.toLowerCase())
        used.push((await client().getTransactionReceipt({ hash })).gasUsed)
  }
  return used
}

const value = ({ transactions }: Plan): bigint => transactions.reduce((sum, step) => sum + step.value, 0n)

describe('plan of a deployment', () => {
  test('plan › names every transaction, sends none, and is what the deployment then costs within 3 %', async () => {
    const head = await client().getBlockNumber({ cacheTime: 0 })
    const plan = await planDeployment(deps, options())
    expect(await client().getBlockNumber({ cacheTime: 0 })).toBe(head)
    const address = plan.deployer
    const balance = await client().getBalance({ address })
    expect(plan.balance).toBe(balance)

    await deployPhases(deps, options())
    const spent = balance - (await client().getBalance({ address }))
    const used = await gasSince(head + 1n, address)
    expect(plan.transactions).toHaveLength(used.length)
    for (const [index, { what, gas }] of plan.transactions.entries())
      expect([what, Math.abs(Number(gas) / Number(used[index]) - 1) < 0.03]).toEqual([what, true])
    const total = used.reduce((sum, gas) => sum + gas, 0n)
    const ratios = {
      gas: Number(plan.gas) / Number(total),
      wei: Number(plan.wei - value(plan)) / Number(spent - value(plan)),
    }
    process.stdout.write(`${JSON.stringify({ transactions: used.length, used: Number(total), ...ratios })}\n`)
    expect(Math.abs(ratios.gas - 1)).toBeLessThan(0.03)
    expect(Math.abs(ratios.wei - 1)).toBeLessThan(0.03)
    expect(plan.transactions.every(({ l1Fee }) => l1Fee > 0n)).toBe(true)
    expect(value(plan)).toBe(preset.bond)
    const names = plan.transactions.map(({ what }) => what)
    expect(names.slice(0, 4)).toEqual(['ParleyVotes', 'ParleyTimelock', 'ParleyGovernor', 'ParleyTimelock.grantRole'])
    expect(names.slice(-3)).toEqual(['Rollup', 'Rollup.depositBondFor', 'Treasury.setRollup'])
  })

  test('plan › goes on from what a deployment has, and has nothing left to do at its end', async () => {
    const before = await deployPhases(deps, { ...options(), phases: new Set(['contacts']) })
    const rest = await planDeployment(deps, { ...options(), phases: new Set(['contacts', 'inbox']), before })
    expect(rest.transactions.map(({ what }) => what)).toEqual([
      'DemandGate',
      'PublicInbox',
      'FlatFeeGate',
      'AllowListGate',
      'AttestationGate',
      'CompositeGate',
    ])
    const none = await planDeployment(deps, { ...options(), phases: new Set(['contacts']), before })
    expect(none).toMatchObject({ transactions: [], gas: 0n, wei: 0n })
  })

  test('plan › what the contracts refuse is a fault by the contract’s name, before anything is paid', async () => {
    const wrong = { ...preset, committee: { ...preset.committee, notice: 0 } }
    await expect(
      planDeployment(deps, { ...options(), preset: wrong, phases: new Set(['committee']) }),
    ).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_FAILED', contract: 'DataCommittee', reason: expect.stringContaining('notice') },
    })
  })
})
