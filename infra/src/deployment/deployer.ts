import { rpcReason } from '@parley/http'
import {
  type Abi,
  type Account,
  type Address,
  BaseError,
  bytesToHex,
  type Chain,
  type ContractConstructorArgs,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createWalletClient,
  getAddress,
  type Hash,
  type Hex,
  type PublicActions,
  publicActions,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { InfraError } from '../faults.ts'
import type { DeployDeps, DeployOptions } from './deploy.ts'
import { type ContractName, contractOf, type DeployedContract, type DeploymentRecord } from './record.ts'
import { transportOf, untilEnded } from './transport.ts'

export type Deployed = DeploymentRecord['contracts']

/** A contract to deploy. */
interface Code<A extends Abi> {
  readonly abi: A
  readonly bytecode: Hex
  readonly args: ContractConstructorArgs<A>
}

/** A call that sets a contract up. */
interface Call<A extends Abi, N extends ContractFunctionName<A, 'nonpayable'>> {
  readonly address: Address
  readonly abi: A
  readonly functionName: N
  readonly args: ContractFunctionArgs<A, 'nonpayable', N>
}

type Wallet = WalletClient<Transport, Chain | undefined, Account> & PublicActions

/** Deploys contracts one after the other, skipping those that stand already. */
export class Deployer {
  readonly #deps: DeployDeps
  readonly #withinMs: number
  readonly #wallet: Wallet
  readonly #onDeployed: (contracts: Deployed) => Promise<void>
  #contracts: Deployed

  constructor(
    deps: DeployDeps,
    options: Pick<DeployOptions, 'url' | 'deployer' | 'withinMs'>,
    before: Deployed,
    onDeployed: (contracts: Deployed) => Promise<void>,
  ) {
    const account = privateKeyToAccount(bytesToHex(options.deployer))
    const transport = transportOf(deps, options.url)
    this.#deps = deps
    this.#withinMs = options.withinMs
    this.#wallet = createWalletClient({ account, transport, pollingInterval: 100 }).extend(publicActions)
    this.#contracts = before
    this.#onDeployed = onDeployed
  }

  /** All that stands, what stood before included. */
  get contracts(): Deployed {
    return this.#contracts
  }

  /** For reading. */
  get client(): PublicActions {
    return this.#wallet
  }

  /** Who deploys. */
  get account(): Address {
    return this.#wallet.account.address
  }

  get log(): DeployDeps['log'] {
    return this.#deps.log
  }

  /** Sends a call that sets a contract up, and waits for it. @throws {InfraError} `DEPLOYMENT_FAILED`. */
  async call<const A extends Abi, N extends ContractFunctionName<A, 'nonpayable'>>(
    name: ContractName,
    call: Call<A, N>,
  ): Promise<void> {
    await this.#done(name, () => this.#wallet.writeContract({ ...call, chain: null } as never))
    this.#deps.log.info({ contract: name, call: call.functionName }, 'contract set up')
  }

  /** @returns its address. @throws {InfraError} `DEPLOYMENT_FAILED`. */
  async deploy<const A extends Abi>(name: ContractName, code: Code<A>): Promise<Hex> {
    const standing = this.#contracts[name]
    if (standing !== undefined) return standing.address
    const deployed = await this.#send(name, code as Code<Abi>)
    this.#contracts = { ...this.#contracts, [name]: deployed }
    await this.#onDeployed(this.#contracts)
    return deployed.address
  }

  async #send(name: ContractName, code: Code<Abi>): Promise<DeployedContract> {
    const receipt = await this.#done(name, () => this.#wallet.deployContract({ ...code, chain: null } as never))
    const { contractAddress, blockNumber, gasUsed, transactionHash } = receipt
    if (!contractAddress) throw failed(name, 'the transaction made no contract')
    const address = getAddress(contractAddress)
    this.#deps.log.info({ contract: name, address, block: blockNumber, gas: gasUsed }, 'contract deployed')
    return { address, block: blockNumber, transaction: transactionHash }
  }

  async #done(name: ContractName, send: () => Promise<Hash>): Promise<TransactionReceipt> {
    try {
      const included = this.#wallet.waitForTransactionReceipt({ hash: await send(), timeout: this.#withinMs })
      const receipt = await untilEnded(included, this.#deps.signal)
      if (receipt.status !== 'success') throw failed(name, 'the transaction failed')
      return receipt
    } catch (error) {
      if (error instanceof BaseError) throw failed(name, rpcReason(error), error)
      throw error
    }
  }
}

function failed(contract: ContractName, reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_FAILED', contract, reason }, { cause })
}

/** Who decides about the contracts and receives the fees. */
export interface Authorities {
  readonly governance: Address
  readonly treasury: Address
}

/** Address of a contract that others stand on. @throws {InfraError} `DEPLOYMENT_INVALID` when it was not deployed. */
export function demanded(contracts: Deployed, name: ContractName): Address {
  return contractOf({ contracts }, name).address
}
