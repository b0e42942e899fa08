import {
  type Abi,
  type Account,
  BaseError,
  bytesToHex,
  type Chain,
  type ContractConstructorArgs,
  createWalletClient,
  getAddress,
  type Hex,
  http,
  type PublicActions,
  publicActions,
  type Transport,
  type WalletClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { InfraError } from '../faults.ts'
import type { DeployDeps, DeployOptions } from './deploy.ts'
import type { ContractName, DeployedContract, DeploymentRecord } from './record.ts'

export type Deployed = DeploymentRecord['contracts']

/** A contract to deploy. */
interface Code<A extends Abi> {
  readonly abi: A
  readonly bytecode: Hex
  readonly args: ContractConstructorArgs<A>
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
    const transport = http(options.url)
    this.#deps = deps
    this.#withinMs = options.withinMs
    this.#wallet = createWalletClient({ account, transport, pollingInterval: 100 }).extend(publicActions)
    this.#contracts = before
    this.#onDeployed = onDeployed
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
    const failed = (reason: string, cause?: unknown): InfraError =>
      new InfraError({ code: 'DEPLOYMENT_FAILED', contract: name, reason }, { cause })
    try {
      const hash = await this.#wallet.deployContract({ ...code, chain: null } as never)
      const receipt = await this.#wallet.waitForTransactionReceipt({ hash, timeout: this.#withinMs })
      const { contractAddress, blockNumber, gasUsed } = receipt
      if (receipt.status !== 'success' || !contractAddress) throw failed('the transaction failed')
      const address = getAddress(contractAddress)
      this.#deps.log.info({ contract: name, address, block: blockNumber, gas: gasUsed }, 'contract deployed')
      return { address, block: blockNumber, transaction: hash }
    } catch (error) {
      if (error instanceof BaseError) throw failed(error.shortMessage, error)
      throw error
    }
  }
}
