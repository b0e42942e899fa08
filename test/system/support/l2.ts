import { type Deployment, type DeployOptions, deploy, devPreset } from '@parley/infra'
import {
  type Anvil,
  createSystemTransactions,
  type DevRoles,
  deriveRoles,
  devMnemonic,
  opMainnetScalars,
  startAnvil,
} from '@parley/lab'
import {
  type BlockHeader,
  domainSeparator,
  headerDigest,
  type SettlementReader,
  signDigestRecoverable,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
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
    { clock: systemClock, log },
    {
      family: 'optimism',
      chainId,
      hardfork: 'jovian',
      mining: { kind: 'automine' },
      mnemonic: devMnemonic,
      accounts,
      safeAfterBlocks: 1,
      gasLimit: 30_000_000n,
      readyWithinMs: 340_000,
    },
    forever,
  )
}

export async function startDeployedL2(users = 2, changes: Partial<DeployOptions> = {}): Promise<DeployedL2> {
  const chain = await startAutomine(10 + users)
  const transport = http(chain.url)
  const roles = deriveRoles(devMnemonic, users)
  const system = createSystemTransactions({ clock: systemClock }, { url: chain.url, scalars: opMainnetScalars })
  const attributes = {
    number: 1n,
    timestamp: 1n,
    hash: `0x${'11'.repeat(32)}`,
    baseFee: 10n ** 10n,
    blobBaseFee: 1n,
  } as const
  await system.etch(attributes, forever)
  const deployment = await deployRollup(chain.url, roles, changes)
  return {
    chain,
    roles,
    deployment,
    client: createPublicClient({ transport, cacheTime: 0 }),
    control: createTestClient({ mode: 'anvil', transport }),
    stop: chain.stop,
  }
}

/** Deploys Parley as on the development chain but for `changes`; the deployer governs, operates and receives. */
export function deployRollup(url: string, roles: DevRoles, changes: Partial<DeployOptions>): Promise<Deployment> {
  const deployer = hexToBytes(roles.deployer.address)
  return deploy(
    { log },
    {
      url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      // Long ago, since with a block for each transaction the L2's time stands still in between.
      genesisTimestamp: BigInt(systemClock.now() - 3_600_000),
      sequencer: hexToBytes(roles.sequencer.address),
      bondOwner: hexToBytes(roles.bondOwner.address),
      fillBond: true,
      governance: deployer,
      operator: deployer,
      treasury: deployer,
      claimer: hexToBytes(roles.batcher.address),
      withinMs: 340_000,
      ...changes,
    },
  )
}

/** The sequencer's signature of a header that a test makes up. */
export async function sealed(l2: DeployedL2, settlement: SettlementReader, header: BlockHeader): Promise<Uint8Array> {
  const { chainId, inbox } = await settlement.config(forever)
  return signDigestRecoverable(l2.roles.sequencer.secret, headerDigest(domainSeparator(chainId, inbox), header))
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
