import { rpcReason } from '@parley/http'
import {
  type Address,
  createClient,
  custom,
  getContractAddress,
  type Hex,
  hexToNumber,
  keccak256,
  numberToHex,
  pad,
  parseTransaction,
  type Transport,
  zeroHash,
} from 'viem'
import { InfraError } from '../faults.ts'

/** A transaction that was signed and not sent. */
export interface PlannedTransaction {
  /** As it would be sent. */
  readonly raw: Hex
  /** Left out where it makes a contract. */
  readonly to: Address | undefined
  readonly data: Hex
  /** Wei. */
  readonly value: bigint
  /** Wei a gas. */
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** What a transaction came to in a simulation. */
export interface Simulated {
  readonly gas: bigint
  /** Why it failed, as the node says it; left out where it succeeded. */
  readonly error?: { readonly reason: string; readonly data: Hex }
}

interface Request {
  readonly method: string
  readonly params?: unknown
}

/** Answer of `eth_simulateV1` about a block of one call. */
interface SimulatedBlock {
  readonly calls: readonly {
    readonly status: Hex
    readonly gasUsed: Hex
    readonly returnData: Hex
    readonly error?: { readonly message?: string }
  }[]
}

/** Gas of each simulated transaction at most: below the 2^24 that Ethereum bounds a transaction to since Osaka. */
const gasEach = numberToHex(16_000_000)
/** Who calls a deployer that is code meanwhile; anybody else would do. */
const caller = pad('0xca11e4', { size: 20 })
/** Wei that everybody has in a simulation, where fees are charged although nothing is sent. */
const plenty = numberToHex(2n ** 100n)
const methodUnknown = -32_601

/**
 * Stands in for the deployer: makes a contract of what follows the first word. Nodes differ in whether a simulated call may make a
 * contract itself; one that makes it by code costs a tenth of a percent more. Fails with what the constructor failed with.
 */
const makerCode = '0x602036038060205f375f34f0806017573d5f5f3e3d5ffd5b00'

const asked = (code: number, message: string, data?: Hex): Error => Object.assign(new Error(message), { code, data })

/** What may be asked of the chain itself while a plan is made. */
const passedOn = new Set([
  'eth_chainId',
  'eth_blockNumber',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_maxPriorityFeePerGas',
  'eth_gasPrice',
  'eth_feeHistory',
  'eth_getBalance',
])

/**
 * A chain on which nothing is done: it keeps what is sent to it, and answers as if that had been included. What is read depends on
 * what is kept by simulating all of it (`eth_simulateV1`).
 */
export class PlannedChain {
  readonly #request: (request: Request) => Promise<unknown>
  readonly #deployer: Address
  readonly #first: number
  readonly #kept: PlannedTransaction[] = []
  readonly #receipts = new Map<Hex, object>()

  private constructor(request: (request: Request) => Promise<unknown>, deployer: Address, first: number) {
    this.#request = request
    this.#deployer = deployer
    this.#first = first
  }

  static async open(transport: Transport, deployer: Address): Promise<PlannedChain> {
    const client = createClient({ transport })
    const request = client.request as (request: Request) => Promise<unknown>
    const count = await request({ method: 'eth_getTransactionCount', params: [deployer, 'pending'] })
    return new PlannedChain(request, deployer, hexToNumber(count as Hex))
  }

  /** What was sent, in order. */
  get kept(): readonly PlannedTransaction[] {
    return this.#kept
  }

  /** For whoever deploys. */
  readonly transport = (): Transport => custom({ request: (request) => this.#answer(request as Request) })

  /** What each transaction kept comes to. @throws {InfraError} `SIMULATION_REFUSED`. */
  async simulate(): Promise<readonly Simulated[]> {
    const blocks = await this.#simulate([])
    return blocks.map(({ calls: [call] }) => {
      if (call === undefined) throw refused('it answered without a result')
      const { status, gasUsed, returnData, error } = call
      const gas = BigInt(gasUsed)
      if (status === '0x1') return { gas }
      return { gas, error: { reason: error?.message ?? 'the transaction failed', data: returnData } }
    })
  }

  async #answer({ method, params }: Request): Promise<unknown> {
    const [first = '0x'] = (params ?? []) as readonly Hex[]
    switch (method) {
      case 'eth_sendRawTransaction':
        return this.#keep(first)
      case 'eth_getTransactionReceipt':
        return this.#receipts.get(first) ?? null
      case 'eth_getTransactionCount':
        return numberToHex(this.#first + this.#kept.length)
      case 'eth_estimateGas':
        return gasEach
      case 'eth_call':
        return this.#call(first as unknown as object)
    }
    if (passedOn.has(method)) return this.#request({ method, params })
    throw asked(methodUnknown, `${method} is nothing that a plan answers`)
  }

  async #keep(raw: Hex): Promise<Hex> {
    const { to, data = '0x', value = 0n, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw)
    const nonce = BigInt(this.#first + this.#kept.length)
    this.#kept.push({ raw, to: to ?? undefined, data, value, maxFeePerGas, maxPriorityFeePerGas })
    const hash = keccak256(raw)
    this.#receipts.set(hash, {
      transactionHash: hash,
      transactionIndex: '0x0',
      blockHash: zeroHash,
      blockNumber: await this.#request({ method: 'eth_blockNumber' }),
      from: this.#deployer,
      to: to ?? null,
      contractAddress: to ? null : getContractAddress({ from: this.#deployer, nonce }),
      gasUsed: '0x0',
      cumulativeGasUsed: '0x0',
      effectiveGasPrice: '0x0',
      logs: [],
      logsBloom: '0x',
      status: '0x1',
      type: '0x2',
    })
    return hash
  }

  async #call(call: object): Promise<Hex> {
    const blocks = await this.#simulate([
      { stateOverrides: { [this.#deployer]: { code: '0x', balance: plenty } }, calls: [call] },
    ])
    const result = blocks.at(-1)?.calls[0]
    if (result?.status === '0x1') return result.returnData
    throw asked(3, result?.error?.message ?? 'execution reverted', result?.returnData)
  }

  /** Simulates all that is kept, a block each, and `more` blocks after it. */
  async #simulate(more: readonly object[]): Promise<readonly SimulatedBlock[]> {
    const blocks = this.#kept.map(({ to, data, value }, index) => {
      const account = { nonce: numberToHex(this.#first + index), balance: plenty }
      const each = { gas: gasEach, value: numberToHex(value) }
      const makes = { ...each, from: caller, to: this.#deployer, input: `${zeroHash}${data.slice(2)}` }
      const call = to === undefined ? makes : { ...each, from: this.#deployer, to, input: data }
      return {
        stateOverrides: {
          [caller]: { balance: plenty },
          [this.#deployer]: { ...account, code: to === undefined ? makerCode : '0x' },
        },
        calls: [call],
      }
    })
    const payload = { blockStateCalls: [...blocks, ...more], validation: false }
    try {
      return (await this.#request({ method: 'eth_simulateV1', params: [payload, 'latest'] })) as SimulatedBlock[]
    } catch (error) {
      throw refused(rpcReason(error), error)
    }
  }
}

function refused(reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'SIMULATION_REFUSED', reason }, { cause })
}
