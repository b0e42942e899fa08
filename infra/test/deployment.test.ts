import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollupAbi } from '@parley/contracts'
import { genesisHeader } from '@parley/protocol'
import { pino } from 'pino'
import { bytesToHex, createPublicClient, hexToBytes, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Anvil,
  type Deployment,
  deploy,
  deriveRoles,
  devMnemonic,
  formatDeployment,
  parseDeployment,
  presets,
  readDeployment,
  startAnvil,
  writeDeployment,
} from '../src/index.ts'
import { clock } from './support/clock.ts'

const deps = { clock, log: pino({ level: 'silent' }) }
const { deployer, sequencer, batcher } = deriveRoles(devMnemonic, 0)
const address = (account: { address: `0x${string}` }): Uint8Array => hexToBytes(account.address)

describe('deploy', () => {
  let l2: Anvil
  beforeAll(async () => {
    const options = {
      family: 'optimism',
      chainId: 901,
      hardfork: 'jovian',
      mining: { kind: 'automine' },
      mnemonic: devMnemonic,
      accounts: 3,
      safeAfterBlocks: 1,
      gasLimit: 60_000_000n,
      readyWithinMs: 20_000,
    } as const
    l2 = await startAnvil(deps, options, new AbortController().signal)
  })
  afterAll(() => l2?.stop())

  const settings = () => ({
    url: l2.url,
    deployer: deployer.secret,
    sequencer: address(sequencer),
    operator: address(deployer),
    treasury: address(deployer),
    claimer: address(batcher),
    withinMs: 10_000,
  })

  test.each(Object.values(presets))('deploy › preset $name stands as the protocol would have it', async (preset) => {
    const deployment = await deploy(deps, { ...settings(), preset, genesisTimestamp: 1_700_000_000_000n })
    const client = createPublicClient({ transport: http(l2.url) })
    const rollup = { address: bytesToHex(deployment.rollup), abi: rollupAbi } as const
    const parameters = await client.readContract({ ...rollup, functionName: 'parameters' })
    expect(parameters).toMatchObject({
      chainId: deployment.chainId,
      deploymentBlock: deployment.block,
      fees: preset.fees,
      windows: preset.windows,
    })
    expect(hexToBytes(parameters.inbox)).toEqual(deployment.inbox)
    const expected = genesisHeader({
      chainId: parameters.chainId,
      inbox: deployment.inbox,
      fees: parameters.fees,
      forceDelayMs: parameters.forceDelayMs,
      genesis: {
        timestamp: parameters.genesisTimestamp,
        prices: parameters.genesisPrices,
        lineage: hexToBytes(parameters.genesisLineage),
      },
    })
    const header = await client.readContract({ ...rollup, functionName: 'genesisHeader' })
    expect(hexToBytes(header.stateRoot)).toEqual(expected.stateRoot)
    expect(hexToBytes(header.runsRoot)).toEqual(expected.runsRoot)
  })

  test('deploy › parameters that the contracts refuse are a fault', async () => {
    const preset = { ...presets.dev, minDeposit: 0n }
    await expect(deploy(deps, { ...settings(), preset })).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_FAILED', reason: expect.stringContaining('minDeposit') },
    })
  })
})

describe('presets', () => {
  test('presets › in production every window outlasts the forced inclusion of the L2', () => {
    for (const seconds of Object.values(presets.production.windows)) expect(seconds).toBeGreaterThan(12 * 3600)
  })

  test('presets › the development market works off 64,000 units a second and more', () => {
    expect(presets.dev.fees.target * 64n).toBeGreaterThanOrEqual(64_000n)
  })
})

describe('deployment file', () => {
  const deployment: Deployment = {
    preset: 'dev',
    chainId: 901n,
    rollup: new Uint8Array(20).fill(1),
    inbox: new Uint8Array(20).fill(2),
    block: 7n,
    transaction: new Uint8Array(32).fill(3),
  }
  const valid = JSON.parse(formatDeployment(deployment))

  test('deployment file › comes back as it was written, and nothing else is left', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-deployment-'))
    try {
      const path = join(directory, 'deployment.json')
      await writeDeployment(path, deployment)
      expect(await readDeployment(path)).toEqual(deployment)
      expect(await readdir(directory)).toEqual(['deployment.json'])
      await writeFile(path, '{')
      await expect(readDeployment(path)).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_INVALID' } })
      await expect(readDeployment(`${path}.none`)).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_INVALID' } })
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test.each([
    ['version', { ...valid, version: 2 }],
    ['chainId', { ...valid, chainId: '18446744073709551616' }],
    ['chainId', { ...valid, chainId: 901 }],
    ['chainId', { ...valid, chainId: '0x1' }],
    ['block', { ...valid, block: '-1' }],
    ['rollup', { ...valid, rollup: '0x01' }],
    ['inbox', { ...valid, inbox: `0x${'AB'.repeat(20)}` }],
    ['preset', { ...valid, preset: '' }],
    ['transaction', { ...valid, transaction: undefined }],
    ['(file)', { ...valid, more: 1 }],
    ['(file)', []],
  ])('deployment file › a wrong %s is refused', (field, json) => {
    expect(() => parseDeployment(JSON.stringify(json))).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'DEPLOYMENT_INVALID', field }) }),
    )
  })
})
