import { rollupAbi, rollupBytecode } from '@parley/contracts'
import { type Bytes20, genesisHeader } from '@parley/protocol'
import type { Logger } from 'pino'
import {
  BaseError,
  bytesToHex,
  type ContractConstructorArgs,
  createPublicClient,
  createWalletClient,
  hexToBytes,
  http,
  type PublicClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { InfraError } from '../faults.ts'
import type { Deployment } from './deployment.ts'
import type { Preset } from './presets.ts'

export interface DeployDeps {
  readonly log: Logger
}

export interface DeployOptions {
  /** JSON-RPC of the L2. */
  readonly url: string
  /** 32 bytes: the key that pays. */
  readonly deployer: Uint8Array
  readonly preset: Preset
  /** Address whose header signatures count. */
  readonly sequencer: Bytes20
  /** Names the claimers and quotes the price of data. */
  readonly operator: Bytes20
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
 * Deploys the contracts, which needs one transaction.
 * @throws {InfraError} `DEPLOYMENT_FAILED`.
 */
export async function deploy(deps: DeployDeps, options: DeployOptions): Promise<Deployment> {
  const { preset } = options
  const transport = http(options.url)
  const client = createPublicClient({ transport })
  const account = privateKeyToAccount(bytesToHex(options.deployer))
  try {
    const settings = await makeSettings(client, options)
    const wallet = createWalletClient({ account, transport })
    const sent = await wallet.deployContract({
      abi: rollupAbi,
      bytecode: rollupBytecode,
      args: [settings],
      chain: null,
    })
    const receipt = await client.waitForTransactionReceipt({
      hash: sent,
      pollingInterval: 100,
      timeout: options.withinMs,
    })
    const { contractAddress: rollup } = receipt
    if (receipt.status !== 'success' || !rollup) throw failed('the transaction failed')
    const inbox = await client.readContract({ address: rollup, abi: rollupAbi, functionName: 'inbox' })
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
    if (error instanceof BaseError) throw failed(error.shortMessage, error)
    throw error
  }
}

async function makeSettings(client: PublicClient, options: DeployOptions): Promise<Settings> {
  const { preset } = options
  const timestamp = options.genesisTimestamp ?? (await client.getBlock()).timestamp * 1000n
  const genesis = { timestamp, prices: preset.genesisPrices, lineage: new Uint8Array(32) }
  const header = genesisHeader({
    chainId: BigInt(await client.getChainId()),
    // Neither chain nor inbox enters the genesis state.
    inbox: new Uint8Array(20),
    fees: preset.fees,
    forceDelayMs: preset.forceDelayMs,
    genesis,
  })
  return {
    sequencer: bytesToHex(options.sequencer),
    operator: bytesToHex(options.operator),
    treasury: bytesToHex(options.treasury),
    claimer: bytesToHex(options.claimer),
    fees: preset.fees,
    forceDelayMs: preset.forceDelayMs,
    genesisTimestamp: timestamp,
    genesisPrices: preset.genesisPrices,
    genesisStateRoot: bytesToHex(header.stateRoot),
    windows: preset.windows,
    bond: preset.bond,
    evidencePeriod: preset.evidencePeriod,
    minDeposit: preset.minDeposit,
    priceRules: preset.priceRules,
  }
}

function failed(reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'Rollup', reason }, { cause })
}
