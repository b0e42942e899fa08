import {
  type Anvil,
  createSystemTransactions,
  type Deployment,
  type DevRoles,
  deploy,
  deriveRoles,
  devMnemonic,
  devPreset,
  opMainnetScalars,
  startAnvil,
} from '@parley/infra'
import { pino } from 'pino'
import {
  bytesToHex,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type HttpTransport,
  hexToBytes,
  http,
  type PublicClient,
  type TestClient,
  type WalletClient,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { clock } from './clock.ts'

export const log = pino({ level: 'silent' })
/** Never aborts. */
export const forever: AbortSignal = new AbortController().signal

/** An L2 that mines a block for each transaction, with Parley deployed. */
export interface DeployedL2 {
  readonly chain: Anvil
  readonly roles: DevRoles
  readonly deployment: Deployment
  readonly client: PublicClient
  readonly control: TestClient
  stop(): Promise<void>
}

/** An L2 that mines a block for each transaction. */
export function startAutomine(accounts: number, chainId = 901): Promise<Anvil> {
  return startAnvil(
    { clock, log },
    {
      family: 'optimism',
      chainId,
      hardfork: 'jovian',
      mining: { kind: 'automine' },
      mnemonic: devMnemonic,
      accounts,
      safeAfterBlocks: 1,
      gasLimit: 30_000_000n,
      readyWithinMs: 20_000,
    },
    forever,
  )
}

export async function startDeployedL2(users = 2): Promise<DeployedL2> {
  const chain = await startAutomine(10 + users)
  const transport = http(chain.url)
  const roles = deriveRoles(devMnemonic, users)
  const system = createSystemTransactions({ clock }, { url: chain.url, scalars: opMainnetScalars })
  const attributes = {
    number: 1n,
    timestamp: 1n,
    hash: `0x${'11'.repeat(32)}`,
    baseFee: 10n ** 10n,
    blobBaseFee: 1n,
  } as const
  await system.etch(attributes, forever)
  const deployment = await deploy(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      // Long ago, since with a block for each transaction the L2's time stands still in between.
      genesisTimestamp: BigInt(clock.now() - 3_600_000),
      sequencer: hexToBytes(roles.sequencer.address),
      operator: hexToBytes(roles.deployer.address),
      treasury: hexToBytes(roles.deployer.address),
      claimer: hexToBytes(roles.batcher.address),
      withinMs: 10_000,
    },
  )
  return {
    chain,
    roles,
    deployment,
    client: createPublicClient({ transport, cacheTime: 0 }),
    control: createTestClient({ mode: 'anvil', transport }),
    stop: chain.stop,
  }
}

/** A wallet of one of the development accounts. */
export function walletOf(
  l2: DeployedL2,
  account: { readonly secret: Uint8Array },
): WalletClient<HttpTransport, undefined, PrivateKeyAccount> {
  return createWalletClient({
    account: privateKeyToAccount(bytesToHex(account.secret)),
    transport: http(l2.chain.url),
    pollingInterval: 20,
  })
}
