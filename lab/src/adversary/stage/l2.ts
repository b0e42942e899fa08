import { inboxAbi, rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import {
  type Abi,
  type Account,
  type Address,
  bytesToHex,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const timeoutMs = 30_000
const pollingInterval = 100

/** Somebody's account on the L2. */
export type Wallet = WalletClient<Transport, undefined, Account>

/** The L2 of a stage, past all processes of the stack. */
export class L2 {
  readonly client: PublicClient
  readonly rollup: { readonly address: Address; readonly abi: typeof rollupAbi }
  readonly inbox: { readonly address: Address; readonly abi: typeof inboxAbi }
  private readonly transport: Transport

  constructor(url: string, rollup: Address, inbox: Address) {
    this.transport = rpcTransport(url, { timeoutMs })
    this.client = createPublicClient({ transport: this.transport, cacheTime: 0, pollingInterval })
    this.rollup = { address: rollup, abi: rollupAbi }
    this.inbox = { address: inbox, abi: inboxAbi }
  }

  wallet(secret: Uint8Array): Wallet {
    return createWalletClient({ account: privateKeyToAccount(bytesToHex(secret)), transport: this.transport })
  }

  /** Sends a call and waits until it is included. @throws when it reverts. */
  async send<const A extends Abi, N extends ContractFunctionName<A, 'nonpayable' | 'payable'>>(
    wallet: Wallet,
    call: {
      readonly address: Address
      readonly abi: A
      readonly functionName: N
      readonly args: ContractFunctionArgs<A, 'nonpayable' | 'payable', N>
      readonly value?: bigint
    },
  ): Promise<TransactionReceipt> {
    return this.included(await wallet.writeContract({ ...call, chain: null } as never), call.functionName)
  }

  async included(hash: Hex, what: string): Promise<TransactionReceipt> {
    const receipt = await this.client.waitForTransactionReceipt({ hash, pollingInterval, timeout: timeoutMs })
    if (receipt.status !== 'success') throw new Error(`${what} reverted`)
    return receipt
  }

  /** Wei at stake of an account. */
  async bondOf(account: Address): Promise<bigint> {
    const [bond] = await this.client.readContract({ ...this.rollup, functionName: 'bondOf', args: [account] })
    return bond
  }

  /** Waits until nothing that an account sent is on its way. */
  async settled(account: Address): Promise<boolean> {
    const count = (blockTag: 'latest' | 'pending') => this.client.getTransactionCount({ address: account, blockTag })
    const [included, sent] = await Promise.all([count('latest'), count('pending')])
    return included === sent
  }
}
