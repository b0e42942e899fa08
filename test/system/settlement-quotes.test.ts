import { inboxAbi, rollupOperatorAbi, rollupOperatorBytecode } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { type Deployment, devPreset } from '@parley/infra'
import { mwei } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSettlementMetrics, type DataQuotes, openDataQuotes, settlementDefaults } from '@parley/settlement'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, hexToBytes } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type DeployedL2, deployRollup, forever, log, startDeployedL2, walletOf } from './support/l2.ts'

const quoted = {
  ...devPreset,
  genesisPrices: { coreByte: 80n, witnessByte: 40n, settlement: 100n, stateByte: 1000n },
  priceRules: { ...devPreset.priceRules, dataQuoted: true, maxCoreByte: 85n, interval: 60 },
}

let l2: DeployedL2
const opened: DataQuotes[] = []

beforeAll(async () => {
  l2 = await startDeployedL2()
})
afterAll(async () => l2?.stop())
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
})

const deployQuoted = (operator: Address): Promise<Deployment> =>
  deployRollup(l2.chain.url, l2.roles, { preset: quoted, operator: hexToBytes(operator) })

async function open({ rollup }: Deployment, { secret }: { readonly secret: Uint8Array }): Promise<DataQuotes> {
  const transport = rpcTransport(l2.chain.url, { timeoutMs: 5000 })
  const metrics = createSettlementMetrics(new Registry())
  const sending = { ...settlementDefaults.sending, pollMs: 20 }
  const deps = { transport, secret, store: new MemoryLevel<string, string>(), clock: systemClock, log, metrics }
  const quotes = await openDataQuotes(deps, { ...settlementDefaults, rollup, pollMs: 20, sending }, forever)
  opened.push(quotes)
  return quotes
}

async function pricesOf({ inbox }: Deployment) {
  const call = { address: bytesToHex(inbox), abi: inboxAbi, functionName: 'prices' } as const
  const { coreByte, witnessByte } = await l2.client.readContract(call)
  return { coreByte, witnessByte }
}

async function waitAnInterval(): Promise<void> {
  await l2.control.increaseTime({ seconds: 60 })
  await l2.control.mine({ blocks: 1 })
}

describe('data quotes', () => {
  test('data quotes › move each price an eighth an interval, up to its bound or its cost, and not beyond', async () => {
    const { pricePusher } = l2.roles
    const deployment = await deployQuoted(pricePusher.address)
    const quotes = await open(deployment, pricePusher)
    const costs = { coreByte: mwei(1_000_000n), witnessByte: mwei(37n) }
    expect(quotes.bytes).toBe(130_042)
    expect(await quotes.push(costs, forever)).toBe(true)
    expect(await pricesOf(deployment)).toEqual({ coreByte: 85n, witnessByte: 37n })
    expect(await quotes.push(costs, forever), 'there already').toBe(false)
    expect(await quotes.push({ coreByte: mwei(0n), witnessByte: mwei(0n) }, forever), 'too early').toBe(false)
    await waitAnInterval()
    expect(await quotes.push({ coreByte: mwei(0n), witnessByte: mwei(1_000n) }, forever)).toBe(true)
    expect(await pricesOf(deployment)).toEqual({ coreByte: 75n, witnessByte: 41n })
  })

  test('data quotes › go through the contract that is the operator, by its agent', async () => {
    const { pricePusher, deployer } = l2.roles
    const wallet = walletOf(l2, deployer)
    const args = [deployer.address, pricePusher.address] as const
    const code = { abi: rollupOperatorAbi, bytecode: rollupOperatorBytecode, args, chain: null } as const
    const hash = await wallet.deployContract(code)
    const { contractAddress } = await l2.client.waitForTransactionReceipt({ hash })
    const deployment = await deployQuoted(contractAddress as Address)
    expect(
      await (await open(deployment, pricePusher)).push({ coreByte: mwei(80n), witnessByte: mwei(44n) }, forever),
    ).toBe(true)
    expect(await pricesOf(deployment)).toEqual({ coreByte: 80n, witnessByte: 44n })
    await expect(open(deployment, deployer)).rejects.toMatchObject({ fault: { code: 'QUOTER_UNKNOWN' } })
  })

  test('data quotes › are refused from others, and where nothing is quoted', async () => {
    const { pricePusher, batcher, deployer } = l2.roles
    const deployment = await deployQuoted(pricePusher.address)
    await expect(open(deployment, batcher)).rejects.toMatchObject({ fault: { code: 'QUOTER_UNKNOWN' } })
    await expect(open(l2.deployment, deployer)).rejects.toMatchObject({ fault: { code: 'QUOTES_UNWANTED' } })
  })
})
