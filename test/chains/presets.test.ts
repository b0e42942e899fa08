import { rollupAbi } from '@parley/contracts'
import { chainFiles, contractNames, deployPhases, phases, presets } from '@parley/infra'
import { bytesToHex, createPublicClient, http } from 'viem'
import { describe, expect, test } from 'vitest'
import { deploying, deps, startChain } from './support/chain.ts'

const ofChains = Object.keys(chainFiles) as (keyof typeof chainFiles)[]

describe('presets of chains', () => {
  test.each(ofChains)('presets of chains › the contracts take %s whole, and keep what it says', async (name) => {
    const preset = presets[name]
    const l2 = await startChain(chainFiles[name].chainId)
    try {
      const record = await deployPhases(deps, { ...deploying(l2.url, preset), phases: new Set(phases) })
      expect(record).toMatchObject({ preset: name, chainId: chainFiles[name].chainId })
      expect(Object.keys(record.contracts).sort()).toEqual([...contractNames].sort())
      const client = createPublicClient({ transport: http(l2.url) })
      const rollup = { address: bytesToHex(record.rollup!.rollup), abi: rollupAbi } as const
      const parameters = await client.readContract({ ...rollup, functionName: 'parameters' })
      expect(parameters).toMatchObject({ windows: preset.windows, forceDelayMs: preset.forceDelayMs })
    } finally {
      await l2.stop()
    }
  })

  test('presets of chains › another chain is refused before anything is sent', async () => {
    const l2 = await startChain(901n)
    try {
      const started = deployPhases(deps, { ...deploying(l2.url, presets['op-sepolia']), phases: new Set(['contacts']) })
      await expect(started).rejects.toMatchObject({
        fault: { code: 'CHAIN_UNSUITED', field: 'chainId', actual: 901n, bound: 11_155_420n },
      })
      const dear = { ...presets['op-sepolia'], chain: { id: 901n, leastBlockGas: 1n, maxFeePerGas: 1n } }
      await expect(
        deployPhases(deps, { ...deploying(l2.url, dear), phases: new Set(['contacts']) }),
      ).rejects.toMatchObject({ fault: { code: 'CHAIN_UNSUITED', field: 'baseFeePerGas', bound: 1n } })
      expect(await createPublicClient({ transport: http(l2.url) }).getBlockNumber()).toBe(0n)
    } finally {
      await l2.stop()
    }
  })
})
