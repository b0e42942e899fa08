import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  type DeploymentRecord,
  formatDeployment,
  parseDeployment,
  presets,
  readDeployment,
  writeDeployment,
} from '../src/index.ts'

describe('presets', () => {
  test.each(Object.values(presets))('presets › a stake of $name stays until a second vote could slash it', (preset) => {
    const { votingDelay, votingPeriod, extension } = preset.treasury.governor
    const vote = votingDelay + votingPeriod + extension + preset.treasury.timelockDelay
    const { unbondingDelay, bulk } = preset.reputation
    expect(unbondingDelay).toBeGreaterThan(2 * vote + bulk.epoch)
  })

  test('presets › the development market works off 64,000 units a second and more', () => {
    expect(presets.dev.fees.target * 64n).toBeGreaterThanOrEqual(64_000n)
  })
})

describe('deployment file', () => {
  const contract = {
    address: getAddress(`0x${'ab'.repeat(20)}`),
    block: 9n,
    transaction: `0x${'05'.repeat(32)}`,
  } as const
  const deployment: DeploymentRecord = {
    preset: 'dev',
    chainId: 901n,
    rollup: {
      rollup: new Uint8Array(20).fill(1),
      inbox: new Uint8Array(20).fill(2),
      contests: new Uint8Array(20).fill(4),
      verifiers: {
        messages: new Uint8Array(20).fill(5),
        operation: new Uint8Array(20).fill(6),
        signature: new Uint8Array(20).fill(7),
        stateRoot: new Uint8Array(20).fill(8),
        malformed: new Uint8Array(20).fill(9),
        pages: new Uint8Array(20).fill(10),
      },
      block: 7n,
      transaction: new Uint8Array(32).fill(3),
    },
    contracts: { ContactDirectory: contract },
  }
  const valid = JSON.parse(formatDeployment(deployment))
  const { rollup } = valid

  test('deployment file › comes back as it was written, and nothing else is left', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-deployment-'))
    try {
      const path = join(directory, 'deployment.json')
      await writeDeployment(path, deployment)
      expect(await readDeployment(path)).toEqual(deployment)
      expect(await readdir(directory)).toEqual(['deployment.json'])
      await writeFile(path, '{')
      await expect(readDeployment(path)).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_INVALID' } })
      await expect(readDeployment(directory)).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_INVALID' } })
      expect(await readDeployment(`${path}.none`)).toBeUndefined()
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('deployment file › comes without the rollup, too', () => {
    const { rollup: _, ...rest } = deployment
    expect(parseDeployment(formatDeployment(rest))).toEqual(rest)
  })

  test.each([
    ['version', { ...valid, version: 2 }],
    ['chainId', { ...valid, chainId: '18446744073709551616' }],
    ['chainId', { ...valid, chainId: 901 }],
    ['chainId', { ...valid, chainId: '0x1' }],
    ['rollup.block', { ...valid, rollup: { ...rollup, block: '-1' } }],
    ['rollup.rollup', { ...valid, rollup: { ...rollup, rollup: '0x01' } }],
    ['rollup.inbox', { ...valid, rollup: { ...rollup, inbox: `0x${'AB'.repeat(20)}` } }],
    ['rollup.contests', { ...valid, rollup: { ...rollup, contests: undefined } }],
    ['rollup.verifiers.pages', { ...valid, rollup: { ...rollup, verifiers: { ...rollup.verifiers, pages: '0x' } } }],
    ['rollup.transaction', { ...valid, rollup: { ...rollup, transaction: undefined } }],
    ['preset', { ...valid, preset: '' }],
    ['contracts', { ...valid, contracts: undefined }],
    ['contracts', { ...valid, contracts: { Other: valid.contracts.ContactDirectory } }],
    ['contracts.PublicInbox', { ...valid, contracts: { PublicInbox: { address: '0x01', block: '1' } } }],
    ['(file)', { ...valid, more: 1 }],
    ['(file)', []],
  ])('deployment file › a wrong %s is refused', (field, json) => {
    expect(() => parseDeployment(JSON.stringify(json))).toThrowError(
      expect.objectContaining({
        fault: expect.objectContaining({ code: 'DEPLOYMENT_INVALID', field: expect.stringContaining(field) }),
      }),
    )
  })
})
