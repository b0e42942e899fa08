import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@parley/runtime'
import {
  type Address,
  concatHex,
  createPublicClient,
  createTestClient,
  encodePacked,
  type Hex,
  http,
  numberToHex,
  parseAbi,
  parseEther,
  TransactionReceiptNotFoundError,
  type Transport,
  toFunctionSelector,
} from 'viem'
import { LabError } from '../faults.ts'

/** Where the OP Stack keeps what it knows of its L1. */
export const l1BlockAddress = '0x4200000000000000000000000000000000000015'
/** Where the OP Stack computes what a transaction's data costs on its L1. */
export const gasPriceOracleAddress = '0x420000000000000000000000000000000000000F'

/** The account whose transactions the OP Stack derives from its L1; no key exists. */
const depositor = '0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001'

const setEcotone = toFunctionSelector('setEcotone()')
const setFjord = toFunctionSelector('setFjord()')
const setL1BlockValuesEcotone = toFunctionSelector('setL1BlockValuesEcotone()')

const oracleAbi = parseAbi(['function isFjord() view returns (bool)'])

/** What one L2 block learns of the L1. */
export interface L1Attributes {
  readonly number: bigint
  /** Seconds. */
  readonly timestamp: bigint
  readonly hash: Hex
  /** Wei a gas. */
  readonly baseFee: bigint
  /** Wei a blob gas. */
  readonly blobBaseFee: bigint
}

/** Millionths by which the L1's base fees enter the L1 data fee; those of OP Mainnet since Ecotone. */
export interface FeeScalars {
  readonly baseFee: number
  readonly blobBaseFee: number
}

export const opMainnetScalars: FeeScalars = { baseFee: 5227, blobBaseFee: 1_014_213 }

/** The tail of setL1BlockValuesEcotone's calldata, which is packed and not ABI-encoded. */
function encodeAttributes(attributes: L1Attributes, scalars: FeeScalars): Hex {
  const packed = encodePacked(
    ['uint32', 'uint32', 'uint64', 'uint64', 'uint64', 'uint256', 'uint256', 'bytes32', 'bytes32'],
    [
      scalars.baseFee,
      scalars.blobBaseFee,
      0n,
      attributes.timestamp,
      attributes.number,
      attributes.baseFee,
      attributes.blobBaseFee,
      attributes.hash,
      numberToHex(0, { size: 32 }),
    ],
  )
  return concatHex([setL1BlockValuesEcotone, packed])
}

function deployedCode(artifact: string): Hex {
  return JSON.parse(readFileSync(fileURLToPath(artifact), 'utf8')).deployedBytecode.object
}

const l1BlockCode = (): Hex =>
  deployedCode(import.meta.resolve('@eth-optimism/contracts-bedrock/forge-artifacts/L1Block.sol/L1Block.json'))

const gasPriceOracleCode = (): Hex =>
  deployedCode(
    import.meta.resolve('@eth-optimism/contracts-bedrock/forge-artifacts/GasPriceOracle.sol/GasPriceOracle.json'),
  )

/** The system transactions of a development L2. */
export interface SystemTransactions {
  /** Puts the predeploys in place, up to Fjord's fee rule, the one the chain itself charges. */
  etch(attributes: L1Attributes, signal: AbortSignal): Promise<void>
  /** Tells the L2 of a new L1 block. */
  tell(attributes: L1Attributes, signal: AbortSignal): Promise<void>
}

/** @throws {LabError} `PREDEPLOY_REFUSED` from both calls. */
export function createSystemTransactions(
  deps: { readonly clock: Clock },
  options: { readonly url: string; readonly scalars: FeeScalars },
): SystemTransactions {
  const transport: Transport = http(options.url)
  const chain = createTestClient({ mode: 'anvil', transport })
  const reader = createPublicClient({ transport })

  async function send(step: string, to: Address, data: Hex, signal: AbortSignal): Promise<void> {
    const hash = await chain.request<{ Method: string; Parameters: unknown; ReturnType: Hex }>({
      method: 'eth_sendTransaction',
      params: [{ from: depositor, to, data, gas: numberToHex(1_000_000) }],
    })
    const deadlineMs = deps.clock.now() + 30_000
    for (;;) {
      const status = await reader.getTransactionReceipt({ hash }).then((receipt) => receipt.status, notYet)
      if (status === 'success') return
      if (status === 'reverted') throw new LabError({ code: 'PREDEPLOY_REFUSED', step, reason: 'reverted' })
      if (deps.clock.now() > deadlineMs)
        throw new LabError({ code: 'PREDEPLOY_REFUSED', step, reason: 'not included within 30 s' })
      await deps.clock.sleep(50, signal)
    }
  }

  const tell = (attributes: L1Attributes, signal: AbortSignal): Promise<void> =>
    send('setL1BlockValuesEcotone', l1BlockAddress, encodeAttributes(attributes, options.scalars), signal)

  return {
    tell,
    async etch(attributes, signal) {
      await chain.setCode({ address: l1BlockAddress, bytecode: l1BlockCode() })
      await chain.setCode({ address: gasPriceOracleAddress, bytecode: gasPriceOracleCode() })
      await chain.impersonateAccount({ address: depositor })
      await chain.setBalance({ address: depositor, value: parseEther('1000000') })
      await tell(attributes, signal)
      // A chain loaded from a file has both forks already, and the oracle refuses them a second time.
      if (await reader.readContract({ address: gasPriceOracleAddress, abi: oracleAbi, functionName: 'isFjord' })) return
      await send('setEcotone', gasPriceOracleAddress, setEcotone, signal)
      await send('setFjord', gasPriceOracleAddress, setFjord, signal)
    },
  }
}

function notYet(error: unknown): undefined {
  if (error instanceof TransactionReceiptNotFoundError) return undefined
  throw error
}
