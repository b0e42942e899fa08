import { inboxAbi, inboxBytecode, rollupAbi, rollupBytecode } from '@parley/contracts'
import { rpcReason } from '@parley/http'
import { type Bytes20, fromSeconds, knownRules } from '@parley/protocol'
import type { Logger } from 'pino'
import {
  type Account,
  type Address,
  BaseError,
  bytesToHex,
  type ContractConstructorArgs,
  createPublicClient,
  createWalletClient,
  getContractAddress,
  type Hex,
  hexToBytes,
  type PublicClient,
  type Transport,
  type WalletClient,
  zeroAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { InfraError } from '../faults.ts'
import type { Deployment } from './deployment.ts'
import type { Preset } from './presets.ts'
import { deployTransport, untilEnded } from './transport.ts'

export interface DeployDeps {
  readonly log: Logger
  /** Creation code of the rollup; its own when left out. */
  readonly rollupCode?: Hex
  /** Ends what is under way; what was sent may be included all the same. */
  readonly signal?: AbortSignal
}

export interface DeployOptions {
  /** JSON-RPC of the L2. */
  readonly url: string
  /** 32 bytes: the key that pays. */
  readonly deployer: Uint8Array
  readonly preset: Preset
  /** Address whose header signatures count. */
  readonly sequencer: Bytes20
  /** Whose bond answers for the sequencer's key; another account than the claimer. */
  readonly bondOwner: Bytes20
  /** Whether the deployer fills that bond; otherwise its owner does before the first claim. */
  readonly fillBond?: boolean
  /** Names the claimers, quotes the prices of data and announces keys. */
  readonly operator: Bytes20
  /** Announces rules. */
  readonly governance: Bytes20
  /** Receives the shards' revenue. */
  readonly treasury: Bytes20
  /** First account that may claim. */
  readonly claimer: Bytes20
  /** Milliseconds since 1970; the time of the L2's latest block when left out. */
  readonly genesisTimestamp?: bigint
  /** Milliseconds within which the deployment must be included. */
  readonly withinMs: number
}

type Settings = ContractConstructorArgs<typeof rollupAbi>[0]

/**
 * Deploys inbox and rollup, a transaction each: the rollup refuses any inbox but the one made for its address. Interrupted in
 * between, the inbox is of no use and nothing is lost but its gas.
 * @throws {InfraError} `DEPLOYMENT_FAILED`.
 */
export async function deploy(deps: DeployDeps, options: DeployOptions): Promise<Deployment> {
  const { preset } = options
  const transport = deployTransport(options.url, deps.signal)
  const client = createPublicClient({ transport })
  const account = privateKeyToAccount(bytesToHex(options.deployer))
  try {
    const settings = await makeSettings(client, options)
    const wallet = createWalletClient({ account, transport })
    const place: Place = { client, wallet, withinMs: options.withinMs, signal: deps.signal }
    const { rollup, inbox, receipt } = await deployBoth(place, settings, deps.rollupCode ?? rollupBytecode)
    if (options.fillBond === true) await fillBond(client, wallet, rollup, options)
    const chainId = BigInt(await client.getChainId())
    deps.log.info({ rollup, inbox, chainId, block: receipt.blockNumber, gas: receipt.gasUsed }, 'contracts deployed')
    return {
      preset: preset.name,
      chainId,
      rollup: hexToBytes(rollup),
      inbox: hexToBytes(inbox),
      block: receipt.blockNumber,
      transaction: hexToBytes(receipt.transactionHash),
    }
  } catch (error) {
    if (error instanceof BaseError) throw failed(rpcReason(error), error)
    throw error
  }
}

interface Place {
  readonly client: PublicClient
  readonly wallet: WalletClient<Transport, undefined, Account>
  readonly withinMs: number
  readonly signal: AbortSignal | undefined
}

async function deployBoth(place: Place, settings: Settings, rollupCode: Hex) {
  const { client, wallet } = place
  const from = wallet.account.address
  const nonce = await client.getTransactionCount({ address: from, blockTag: 'pending' })
  const rollup = getContractAddress({ from, nonce: BigInt(nonce) + 1n })
  const { operator, treasury, minDeposit, priceRules, genesisPrices } = settings
  const ofInbox = { rollup, operator, treasury, minDeposit, priceRules }
  const queue = { abi: inboxAbi, bytecode: inboxBytecode, args: [ofInbox, genesisPrices], nonce, chain: null } as const
  const { contractAddress: inbox } = await created(place, 'Inbox', await wallet.deployContract(queue))
  const args = [settings, inbox] as const
  const sent = await wallet.deployContract({
    abi: rollupAbi,
    bytecode: rollupCode,
    args,
    nonce: nonce + 1,
    chain: null,
  })
  return { rollup, inbox, receipt: await created(place, 'Rollup', sent) }
}

async function created({ client, withinMs, signal }: Place, contract: string, hash: Hex) {
  const included = client.waitForTransactionReceipt({ hash, pollingInterval: 100, timeout: withinMs })
  const receipt = await untilEnded(included, signal)
  const { contractAddress } = receipt
  if (receipt.status !== 'success' || !contractAddress) throw failed(`the transaction that makes ${contract} failed`)
  return { ...receipt, contractAddress }
}

async function fillBond(
  client: PublicClient,
  wallet: WalletClient<Transport, undefined, Account>,
  address: Address,
  { bondOwner, preset, withinMs }: DeployOptions,
): Promise<void> {
  const hash = await wallet.writeContract({
    address,
    abi: rollupAbi,
    functionName: 'depositBondFor',
    args: [bytesToHex(bondOwner)],
    value: preset.bond,
    chain: null,
  })
  const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 100, timeout: withinMs })
  if (receipt.status !== 'success') throw failed('the deposit of the bond failed')
}

async function makeSettings(client: PublicClient, options: DeployOptions): Promise<Settings> {
  const { preset } = options
  const timestamp = options.genesisTimestamp ?? fromSeconds((await client.getBlock()).timestamp)
  const none = zeroAddress
  return {
    sequencer: {
      from: 0n,
      key: bytesToHex(options.sequencer),
      receiptKey: none,
      bondOwner: bytesToHex(options.bondOwner),
    },
    operator: bytesToHex(options.operator),
    governance: bytesToHex(options.governance),
    treasury: bytesToHex(options.treasury),
    claimer: bytesToHex(options.claimer),
    rules: {
      number: knownRules,
      dataCommittee: none,
      verifiers: {
        messages: none,
        operation: none,
        signature: none,
        stateRoot: none,
        malformed: none,
        pages: none,
      },
      fees: preset.fees,
    },
    forceDelayMs: preset.forceDelayMs,
    genesisTimestamp: timestamp,
    genesisPrices: preset.genesisPrices,
    windows: preset.windows,
    bond: preset.bond,
    evidencePeriod: preset.evidencePeriod,
    keyNotice: preset.keyNotice,
    upgradeNotice: preset.upgradeNotice,
    minDeposit: preset.minDeposit,
    priceRules: preset.priceRules,
  }
}

function failed(reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'Rollup', reason }, { cause })
}
