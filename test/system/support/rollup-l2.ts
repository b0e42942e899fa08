import {
  type Anvil,
  type Deployment,
  type DevRoles,
  deploy,
  devMnemonic,
  devPreset,
  openAccounts,
  startAnvil,
} from '@parley/infra'
import type { Bytes20 } from '@parley/protocol'
import { createSenderMetrics } from '@parley/settlement'
import { Registry } from 'prom-client'
import { hexToBytes } from 'viem'
import { clock } from './clock.ts'
import { forever, log } from './l2.ts'
import { textStore } from './memory-stores.ts'

/** Starts an L2 with a block a second. */
export function startL2(): Promise<Anvil> {
  return startAnvil(
    { clock, log },
    {
      family: 'optimism',
      chainId: 901,
      hardfork: 'jovian',
      mining: { kind: 'interval', seconds: 1 },
      mnemonic: devMnemonic,
      accounts: 11,
      safeAfterBlocks: 1,
      gasLimit: 30_000_000n,
      readyWithinMs: 20_000,
    },
    forever,
  )
}

/** Puts Parley on an L2, with an account of `owner` in each of `shards`. */
export async function deployParley(
  chain: Anvil,
  roles: DevRoles,
  owner: Bytes20,
  shards: readonly number[],
): Promise<Deployment> {
  const deployment = await deploy(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      sequencer: hexToBytes(roles.sequencer.address),
      operator: hexToBytes(roles.pricePusher.address),
      treasury: hexToBytes(roles.deployer.address),
      claimer: hexToBytes(roles.batcher.address),
      withinMs: 30_000,
    },
  )
  await openAccounts(
    { clock, log, metrics: createSenderMetrics(new Registry()), store: textStore() },
    {
      url: chain.url,
      deployment,
      funder: roles.funder.secret,
      owners: [owner],
      shards: [...shards],
      amount: 10n ** 12n,
    },
    forever,
  )
  return deployment
}
