import { rollupAbi } from '@parley/contracts'
import { rpcReason } from '@parley/http'
import { type Bytes20, fromSeconds, knownRules } from '@parley/protocol'
import type { Logger } from 'pino'
import {
  type Account,
  type Address,
  BaseError,
  bytesToHex,
  createPublicClient,
  createWalletClient,
  hexToBytes,
  type PublicClient,
  type Transport,
  type WalletClient,
  zeroAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { InfraError } from '../faults.ts'
import { checkChain } from './check-chain.ts'
import type { Deployment, Verifiers } from './deployment.ts'
import type { Preset, PriceRules } from './presets.ts'
import { createRollupContracts, type RollupContracts, type SettingsBefore } from './rollup-contracts.ts'
import { transportOf } from './transport.ts'
import { checkWindows } from './worst-times.ts'

export interface DeployDeps {
  readonly log: Logger
  /** Ends what is under way; what was sent may be included all the same. */
  readonly signal?: AbortSignal
  /** Asked in place of the L2's node. */
  readonly transport?: Transport
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
  /** Whose certificates count for data on the committee's layer; nobody's when left out. */
  readonly dataCommittee?: Bytes20
  /** First account that may claim. */
  readonly claimer: Bytes20
  /** Milliseconds since 1970; the time of the L2's latest block when left out. */
  readonly genesisTimestamp?: bigint
  /** Milliseconds within which the deployment must be included. */
  readonly withinMs: number
}

/**
 * Deploys verifiers, inbox, contests and rollup, a transaction each: the rollup refuses what was not made for its address and settings.
 * Interrupted in between, what stands is of no use and nothing is lost but its gas.
 * @throws {InfraError} `DEPLOYMENT_FAILED`, `WINDOW_TOO_SHORT`, `CHAIN_UNSUITED`.
 */
export async function deploy(deps: DeployDeps, options: DeployOptions): Promise<Deployment> {
  const { preset } = options
  checkWindows(preset)
  const transport = transportOf(deps, options.url)
  const client = createPublicClient({ transport })
  const account = privateKeyToAccount(bytesToHex(options.deployer))
  try {
    await checkChain(client, preset)
    const settings = await makeSettings(client, options)
    const wallet = createWalletClient({ account, transport })
    const place = { client, wallet, withinMs: options.withinMs, signal: deps.signal }
    const { rollup, inbox, contests, verifiers, receipt } = await createRollupContracts(place, settings)
    if (options.fillBond === true) await fillBond(client, wallet, rollup, options)
    const chainId = BigInt(await client.getChainId())
    deps.log.info({ rollup, inbox, chainId, block: receipt.blockNumber, gas: receipt.gasUsed }, 'contracts deployed')
    return {
      preset: preset.name,
      chainId,
      rollup: hexToBytes(rollup),
      inbox: hexToBytes(inbox),
      contests: hexToBytes(contests),
      verifiers: verifiersOf(verifiers),
      block: receipt.blockNumber,
      transaction: hexToBytes(receipt.transactionHash),
    }
  } catch (error) {
    if (error instanceof BaseError) throw failed(rpcReason(error), error)
    throw error
  }
}

function verifiersOf(addresses: RollupContracts['verifiers']): Verifiers {
  const { messages, operation, signature, stateRoot, malformed, pages } = addresses
  return {
    messages: hexToBytes(messages),
    operation: hexToBytes(operation),
    signature: hexToBytes(signature),
    stateRoot: hexToBytes(stateRoot),
    malformed: hexToBytes(malformed),
    pages: hexToBytes(pages),
  }
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

async function makeSettings(client: PublicClient, options: DeployOptions): Promise<SettingsBefore> {
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
      dataCommittee: options.dataCommittee === undefined ? none : bytesToHex(options.dataCommittee),
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
    priceRules: priceRulesOf(options),
    contest: preset.contest,
  }
}

/** What a claim takes is fixed with the deployment: the inbox cannot change it when a committee is named later. */
export function priceRulesOf({ preset, dataCommittee }: Pick<DeployOptions, 'preset' | 'dataCommittee'>): PriceRules {
  if (dataCommittee === undefined) return preset.priceRules
  return { ...preset.priceRules, claimGas: preset.certifiedClaimGas }
}

function failed(reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'Rollup', reason }, { cause })
}
