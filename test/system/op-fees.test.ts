import { estimateL1Gas, estimateL1GasCost, getL1GasPrice } from '@eth-optimism/sdk'
import { createSystemTransactions, opMainnetScalars } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { l1DataFee } from '@parley/settlement'
import { type Hex, parseGwei } from 'viem'
import { publicActionsL2 } from 'viem/op-stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DeployedL2, forever, startDeployedL2 } from './support/l2.ts'

// The project was ordered with @eth-optimism/sdk, which its own README calls superseded by viem. This keeps both equal.
let l2: DeployedL2
beforeAll(async () => {
  l2 = await startDeployedL2()
})
afterAll(() => l2?.stop())

/** viem takes these for what an estimate does not know; the SDK takes what it is given. */
const stub = {
  type: 2,
  nonce: 1,
  gasLimit: 300_000,
  maxFeePerGas: parseGwei('5'),
  maxPriorityFeePerGas: parseGwei('1'),
  chainId: 901,
} as const

const bytes = (length: number): Hex =>
  `0x${Array.from({ length }, (_, i) => ((i * 131 + (i >> 3) * 17) & 0xff).toString(16).padStart(2, '0')).join('')}`

const l1Blocks = [
  { baseFee: 10n ** 10n, blobBaseFee: 1n },
  { baseFee: 37_123_456_789n, blobBaseFee: 4_321_987_654n },
  { baseFee: 7n, blobBaseFee: 0n },
] as const

describe.each(l1Blocks)('L1 fee at base fee $baseFee and blob base fee $blobBaseFee', (fees) => {
  beforeAll(async () => {
    const system = createSystemTransactions({ clock: systemClock }, { url: l2.chain.url, scalars: opMainnetScalars })
    await system.tell({ number: 9n, timestamp: 9n, hash: `0x${'22'.repeat(32)}`, ...fees }, forever)
  })

  test.each([1, 100, 1200, 30_000])(
    'L1 fee › SDK, viem and settlement agree to the wei on %s bytes',
    async (length) => {
      const to = l2.roles.deployer.address
      const call = { from: l2.roles.batcher.address, to, data: bytes(length), value: 0n }
      const provider = l2.chain.url
      const sdk = await estimateL1GasCost(provider, { ...stub, to, data: call.data, value: 0 })
      expect(await l1DataFee(l2.client, 901, call, forever)).toBe(sdk.toBigInt())
      const viem = l2.client.extend(publicActionsL2())
      const gas = await viem.estimateL1Gas({
        account: call.from,
        to,
        data: call.data,
        chain: { id: 901 } as never,
        ...oracle,
      })
      expect(gas).toBe((await estimateL1Gas(provider, { ...stub, to, data: call.data, value: 0 })).toBigInt())
      expect(await viem.getL1BaseFee({ chain: null, ...oracle } as never)).toBe(
        (await getL1GasPrice(provider)).toBigInt(),
      )
      expect(sdk.toBigInt()).toBeGreaterThan(0n)
    },
  )
})

const oracle = { gasPriceOracleAddress: '0x420000000000000000000000000000000000000F' } as const
