import { parleyTimelockAbi, publicInboxAbi, rollupAbi, treasuryAbi } from '@parley/contracts'
import {
  type ContractName,
  contractNames,
  contractOf,
  type DeploymentRecord,
  deploy,
  deployPhases,
  phases,
  presets,
} from '@parley/infra'
import { type Anvil, deriveRoles, devMnemonic, startAnvil } from '@parley/lab'
import { genesisHeader } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import {
  type Address,
  bytesToHex,
  createPublicClient,
  getAddress,
  type Hex,
  hexToBytes,
  http,
  keccak256,
  stringToHex,
  zeroHash,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const deps = { clock: systemClock, log: pino({ level: 'silent' }) }
const { deployer, sequencer, batcher, bondOwner } = deriveRoles(devMnemonic, 0)
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
    bondOwner: address(bondOwner),
    governance: address(deployer),
    operator: address(deployer),
    treasury: address(deployer),
    claimer: address(batcher),
    withinMs: 10_000,
  })

  test.each(Object.values(presets).filter(({ chain }) => chain === undefined))(
    'deploy › preset $name stands as the protocol would have it',
    async (preset) => {
      const deployment = await deploy(deps, { ...settings(), preset })
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
    },
  )

  const phased = () => {
    const { sequencer: signer, bondOwner: owner, operator, claimer, ...rest } = settings()
    const rollup = { sequencer: signer, bondOwner: owner, operator, claimer }
    return { ...rest, rollup, governance: operator, preset: presets.dev }
  }

  test('deployPhases › contacts and inbox without the rollup, then the rollup, each once', async () => {
    const client = createPublicClient({ transport: http(l2.url) })
    const kept: DeploymentRecord[] = []
    const onProgress = async (record: DeploymentRecord) => void kept.push(record)
    const first = await deployPhases(deps, { ...phased(), phases: new Set(['contacts', 'inbox']), onProgress })
    expect(first.rollup).toBeUndefined()
    expect(Object.keys(first.contracts)).toHaveLength(8)
    expect(kept.map(({ contracts }) => Object.keys(contracts).length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const inbox = { address: contractOf(first, 'PublicInbox').address, abi: publicInboxAbi } as const
    expect(await client.readContract({ ...inbox, functionName: 'defaultGate' })).toBe(
      contractOf(first, 'DemandGate').address,
    )
    const whole = new Set(['rollup', 'contacts', 'inbox'] as const)
    const again = await deployPhases(deps, { ...phased(), phases: whole, before: first })
    expect(again).toEqual({ ...first, rollup: again.rollup })
    expect(again.rollup?.rollup).toHaveLength(20)
    expect(await deployPhases(deps, { ...phased(), phases: whole, before: again })).toEqual(again)
  })

  test('deployPhases › with a treasury the timelock governs everything, and the deployer nothing', async () => {
    const client = createPublicClient({ transport: http(l2.url) })
    const record = await deployPhases(deps, { ...phased(), phases: new Set(phases) })
    expect(Object.keys(record.contracts).sort()).toEqual([...contractNames].sort())
    const at = (name: ContractName) => contractOf(record, name).address
    const governed = [
      'ContactDirectory',
      'PublicInbox',
      'Reputation',
      'BulkPricing',
      'StakeVault',
      'Treasury',
      'DataCommittee',
    ] as const
    for (const name of governed) {
      const contract = { address: at(name), abi: treasuryAbi, functionName: 'governance' } as const
      expect([name, await client.readContract(contract)]).toEqual([name, at('ParleyTimelock')])
    }
    const inbox = { address: at('PublicInbox'), abi: publicInboxAbi } as const
    expect(await client.readContract({ ...inbox, functionName: 'pricing' })).toBe(at('BulkPricing'))
    expect(await client.readContract({ ...inbox, functionName: 'treasury' })).toBe(at('Treasury'))
    const timelock = { address: at('ParleyTimelock'), abi: parleyTimelockAbi, functionName: 'hasRole' } as const
    const has = (role: Hex, holder: Address) => client.readContract({ ...timelock, args: [role, holder] })
    const proposer = keccak256(stringToHex('PROPOSER_ROLE'))
    const rights = [
      has(proposer, at('ParleyGovernor')),
      has(zeroHash, deployer.address),
      has(proposer, deployer.address),
    ]
    expect(await Promise.all(rights)).toEqual([true, false, false])
    const treasury = { address: at('Treasury'), abi: treasuryAbi } as const
    expect(await client.readContract({ ...treasury, functionName: 'rollup' })).toBe(
      getAddress(bytesToHex(record.rollup!.rollup)),
    )
    const rollup = { address: bytesToHex(record.rollup!.rollup), abi: rollupAbi } as const
    expect(await client.readContract({ ...rollup, functionName: 'parameters' })).toMatchObject({
      operator: at('RollupOperator'),
      treasury: at('Treasury'),
    })
    const [version] = await client.readContract({ ...rollup, functionName: 'versions' })
    expect(version?.rules.dataCommittee).toBe(at('DataCommittee'))
    expect(await deployPhases(deps, { ...phased(), phases: new Set(phases), before: record })).toEqual(record)
  })

  test('deployPhases › reputation needs contacts, and prices an inbox that stood before', async () => {
    const client = createPublicClient({ transport: http(l2.url) })
    const alone = deployPhases(deps, { ...phased(), phases: new Set(['reputation']) })
    await expect(alone).rejects.toMatchObject({ fault: { field: 'contracts.ContactDirectory' } })
    const before = await deployPhases(deps, { ...phased(), phases: new Set(['contacts', 'inbox']) })
    const after = await deployPhases(deps, { ...phased(), phases: new Set(['reputation']), before })
    const inbox = { address: contractOf(after, 'PublicInbox').address, abi: publicInboxAbi } as const
    expect(await client.readContract({ ...inbox, functionName: 'pricing' })).toBe(
      contractOf(after, 'BulkPricing').address,
    )
  })

  test('deployPhases › goes on where it stopped, and knows a record of elsewhere', async () => {
    const inbox = new Set(['inbox'] as const)
    const stopped = deployPhases(deps, {
      ...phased(),
      phases: inbox,
      onProgress: async ({ contracts }) => {
        if (contracts.DemandGate !== undefined) throw new Error('planted')
      },
    })
    await expect(stopped).rejects.toThrow('planted')
    const before = await deployPhases(deps, { ...phased(), phases: new Set(['contacts']) })
    const after = await deployPhases(deps, { ...phased(), phases: inbox, before })
    expect(after.contracts.SignatureVerifier).toEqual(before.contracts.SignatureVerifier)
    const elsewhere = { ...before, chainId: 1n }
    await expect(deployPhases(deps, { ...phased(), phases: inbox, before: elsewhere })).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_INVALID', field: 'chainId' },
    })
    const absent = { ...before.contracts.SignatureVerifier!, address: getAddress(`0x${'01'.repeat(20)}`) }
    const wrong = { ...before, contracts: { SignatureVerifier: absent } }
    await expect(deployPhases(deps, { ...phased(), phases: inbox, before: wrong })).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_INVALID', field: 'contracts.SignatureVerifier' },
    })
  })

  test('deploy › parameters that the contracts refuse are a fault', async () => {
    const preset = { ...presets.dev, minDeposit: 0n }
    await expect(deploy(deps, { ...settings(), preset })).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_FAILED', reason: expect.stringContaining('minDeposit') },
    })
  })
})
