import { type SimulatedChain, startSimulatedChain } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { type Address, concatHex, createPublicClient, type Hex, hexToBigInt, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forever, log } from './support/l2.ts'

const genesisTimestamp = 1_800_000_000n
const gasPrice = 10n ** 7n

let chain: SimulatedChain
beforeAll(async () => {
  chain = await startSimulatedChain({ clock: systemClock, log }, { accounts: 4, genesisTimestamp, gasPrice }, forever)
})
afterAll(() => chain?.stop())

const account = (index: number): Address => chain.accounts[index] as Address
const pay = (from: number, to: number, value: bigint) => ({
  from: account(from),
  to: account(to),
  data: '0x' as Hex,
  value,
})

/** Puts code of at most 32 bytes on the chain. */
async function deploy(runtime: Hex): Promise<Address> {
  const size = (runtime.length - 2) / 2
  const code = concatHex(['0x60', `0x${size.toString(16).padStart(2, '0')}`, '0x80600b6000396000f3', runtime])
  const [outcome] = await chain.execute(chain.now + 1n, [{ from: account(0), data: code, value: 0n }])
  return outcome?.contract as Address
}

test('simulated chain › a block holds what was sent, however much, each account’s in order, at its time and price', async () => {
  const many = Array.from({ length: 600 }, (_, i) => pay(i % 3, 3, BigInt(i)))
  const at = chain.now + 86_400n
  const outcomes = await chain.execute(at, many)
  expect(outcomes.every(({ succeeded, gasUsed, gasPaid }) => succeeded && gasPaid === gasUsed * gasPrice)).toBe(true)
  const block = await createPublicClient({ transport: http(chain.url) }).getBlock()
  expect({ timestamp: block.timestamp, now: chain.now }).toEqual({ timestamp: at, now: at })
  const inBlock = [...outcomes].sort((a, b) => a.index - b.index)
  expect(block.transactions).toEqual(inBlock.map(({ hash }) => hash))
  for (const first of [0, 1, 2]) {
    const own = outcomes.filter((_, i) => i % 3 === first).map(({ index }) => index)
    expect(own).toEqual([...own].sort((a, b) => a - b))
  }
})

test('simulated chain › comes back to a state as often as one likes', async () => {
  const before = await chain.balances([account(3)])
  const snapshot = await chain.snapshot()
  const { now } = chain
  for (const value of [5n, 7n]) {
    await chain.execute(now + 10n, [pay(0, 3, value)])
    expect(await chain.balances([account(3)])).toEqual([before[0]! + value])
    await chain.restore(snapshot)
    expect({ now: chain.now, balances: await chain.balances([account(3)]) }).toEqual({ now, balances: before })
  }
})

test('simulated chain › views see the time that they are asked at', async () => {
  // TIMESTAMP, stored and returned.
  const clockContract = await deploy('0x4260005260206000f3')
  const at = chain.now + 1_000n
  const [viewed] = await chain.view([{ to: clockContract, data: '0x' }], at)
  expect(viewed).toMatchObject({ reverted: false })
  expect(hexToBigInt(viewed!.data)).toBe(at)
})

test('simulated chain › gives what a view or a transaction reverted with', async () => {
  // Reverts with the byte 2a.
  const refusing = await deploy('0x602a60005360016000fd')
  expect(await chain.view([{ to: refusing, data: '0x' }])).toEqual([{ reverted: true, data: '0x2a' }])
  const [outcome] = await chain.execute(chain.now + 1n, [{ ...pay(0, 0, 0n), to: refusing }])
  expect(outcome?.succeeded).toBe(false)
  expect(await chain.revertData([outcome!.hash])).toEqual(['0x2a'])
})
