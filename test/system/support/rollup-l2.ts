import { rpcTransport } from '@parley/http'
import { type Deployment, deploy, devPreset, openAccounts, type Preset } from '@parley/infra'
import { type Anvil, type DevRoles, devMnemonic, startAnvil } from '@parley/lab'
import { type Bytes20, type ChainConfig, mwei } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSettlementMetrics, openSettlementReader, readerDefaults } from '@parley/settlement'
import { createSenderMetrics } from '@parley/transactions'
import { Registry } from 'prom-client'
import { hexToBytes } from 'viem'
import { forever, log } from './l2.ts'
import { textStore } from './memory-stores.ts'

/** Starts an L2 with two blocks a second, of which both may have the same time. @param safeAfterBlocks - Blocks by which `safe` trails the latest. */
export function startL2(safeAfterBlocks = 1): Promise<Anvil> {
  return startAnvil(
    { clock: systemClock, log },
    {
      family: 'optimism',
      chainId: 901,
      hardfork: 'jovian',
      mining: { kind: 'interval', seconds: 0.5 },
      mnemonic: devMnemonic,
      accounts: 11,
      safeAfterBlocks,
      gasLimit: 30_000_000n,
      readyWithinMs: 340_000,
    },
    forever,
  )
}

/**
 * Puts Parley on an L2, with an account of `owner` in each of `shards`.
 */
export async function deployParley(
  chain: Anvil,
  roles: DevRoles,
  owner: Bytes20,
  shards: readonly number[],
  changed: Partial<Preset> = {},
): Promise<Deployment> {
  const deployment = await deploy(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: { ...devPreset, ...changed },
      sequencer: hexToBytes(roles.sequencer.address),
      bondOwner: hexToBytes(roles.bondOwner.address),
      fillBond: true,
      governance: hexToBytes(roles.deployer.address),
      operator: hexToBytes(roles.pricePusher.address),
      treasury: hexToBytes(roles.deployer.address),
      claimer: hexToBytes(roles.batcher.address),
      withinMs: 340_000,
    },
  )
  await openAccounts(
    { clock: systemClock, log, metrics: createSenderMetrics(new Registry()), store: textStore() },
    {
      url: chain.url,
      deployment,
      funder: roles.funder.secret,
      owners: [owner],
      shards: [...shards],
      amount: mwei(10n ** 12n),
    },
    forever,
  )
  return deployment
}

/** What the contracts of a rollup say of its chain. */
export async function readConfig(url: string, rollup: Uint8Array): Promise<ChainConfig> {
  const transport = rpcTransport(url, { timeoutMs: 10_000 })
  const deps = { transport, clock: systemClock, log, metrics: createSettlementMetrics(new Registry()) }
  return (await openSettlementReader(deps, { ...readerDefaults, rollup, pollMs: 100 }, forever)).config(forever)
}
