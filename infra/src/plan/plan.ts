import * as contracts from '@parley/contracts'
import { rpcReason } from '@parley/http'
import {
  type Abi,
  type Address,
  BaseError,
  bytesToHex,
  createPublicClient,
  decodeErrorResult,
  decodeFunctionData,
  type Hex,
  type PublicClient,
  parseAbi,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { DeployDeps } from '../deployment/deploy.ts'
import { type DeployPhasesOptions, deployPhases } from '../deployment/phases.ts'
import { deployTransport } from '../deployment/transport.ts'
import { InfraError } from '../faults.ts'
import { PlannedChain, type PlannedTransaction, type Simulated } from './planned-chain.ts'

/** A transaction of a deployment; amounts in wei. */
export interface PlanStep {
  /** Contract that it makes, or `contract.function` that it calls. */
  readonly what: string
  readonly gas: bigint
  /** Length of what is sent. */
  readonly bytes: number
  readonly value: bigint
  /** What the L2 charges for its data on the L1; 0 on a chain without the oracle for it. */
  readonly l1Fee: bigint
  /** All that it costs at the present base fee. */
  readonly wei: bigint
}

/** What a deployment comes to, before anything is sent. */
export interface Plan {
  readonly chainId: number
  readonly deployer: Address
  readonly transactions: readonly PlanStep[]
  readonly gas: bigint
  /** Of the latest block, a gas. */
  readonly baseFee: bigint
  readonly wei: bigint
  /** The same if the base fee rises to all that is offered. */
  readonly atMostWei: bigint
  /** Of the deployer now. */
  readonly balance: bigint
}

/** Where the OP Stack computes what data costs on its L1. */
const gasPriceOracle = '0x420000000000000000000000000000000000000F'
const oracleAbi = parseAbi(['function getL1Fee(bytes data) view returns (uint256)'])

/**
 * Runs a deployment on a chain that keeps what is sent to it, and simulates all of it: a plan is what `deployPhases` does, not a
 * list beside it. The deployer's balance does not matter.
 * @throws {InfraError} as `deployPhases`; `SIMULATION_REFUSED` where the node does not simulate so much.
 */
export async function planDeployment(
  deps: DeployDeps,
  options: Omit<DeployPhasesOptions, 'onProgress'>,
): Promise<Plan> {
  const transport = deployTransport(options.url, deps.signal)
  const client = createPublicClient({ transport })
  const deployer = privateKeyToAccount(bytesToHex(options.deployer)).address
  try {
    const chain = await PlannedChain.open(transport, deployer)
    const log = deps.log.child({}, { level: 'silent' })
    await deployPhases({ ...deps, log, transport: chain.transport() }, options)
    const [simulated, block, balance, chainId] = [
      await chain.simulate(),
      await client.getBlock(),
      await client.getBalance({ address: deployer }),
      await client.getChainId(),
    ]
    const baseFee = block.baseFeePerGas ?? 0n
    const l1FeeOf = await l1Fees(client)
    const transactions: PlanStep[] = []
    let atMostWei = 0n
    for (const [index, planned] of chain.kept.entries()) {
      const step = await stepOf(planned, simulated[index], baseFee, l1FeeOf)
      transactions.push(step)
      atMostWei += step.gas * planned.maxFeePerGas + step.l1Fee + step.value
    }
    const sum = (of: (step: PlanStep) => bigint): bigint => transactions.reduce((total, step) => total + of(step), 0n)
    const totals = { gas: sum(({ gas }) => gas), wei: sum(({ wei }) => wei) }
    return { chainId, deployer, transactions, ...totals, baseFee, atMostWei, balance }
  } catch (error) {
    if (error instanceof InfraError || !(error instanceof BaseError)) throw error
    const refusal = error.walk((inner) => inner instanceof InfraError)
    if (refusal !== null) throw refusal
    throw new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'plan', reason: rpcReason(error) }, { cause: error })
  }
}

async function stepOf(
  planned: PlannedTransaction,
  simulated: Simulated | undefined,
  baseFee: bigint,
  l1FeeOf: (raw: Hex) => Promise<bigint>,
): Promise<PlanStep> {
  const { raw, value, maxPriorityFeePerGas } = planned
  const what = nameOf(planned)
  if (simulated === undefined || simulated.error !== undefined)
    throw new InfraError({ code: 'DEPLOYMENT_FAILED', contract: what, reason: reasonOf(simulated) })
  const { gas } = simulated
  const l1Fee = await l1FeeOf(raw)
  const wei = gas * (baseFee + maxPriorityFeePerGas) + l1Fee + value
  return { what, gas, bytes: (raw.length - 2) / 2, value, l1Fee, wei }
}

async function l1Fees(client: PublicClient): Promise<(raw: Hex) => Promise<bigint>> {
  const code = await client.getCode({ address: gasPriceOracle })
  if (code === undefined) return async () => 0n
  const oracle = { address: gasPriceOracle, abi: oracleAbi, functionName: 'getL1Fee' } as const
  return (raw) => client.readContract({ ...oracle, args: [raw] })
}

const named = Object.entries(contracts).flatMap(([exported, bytecode]) => {
  const [, name] = /^(\w+)Bytecode$/.exec(exported) ?? []
  if (name === undefined || typeof bytecode !== 'string') return []
  const abi = (contracts as unknown as Readonly<Record<string, Abi>>)[`${name}Abi`] ?? []
  return [{ name: name.charAt(0).toUpperCase() + name.slice(1), bytecode, abi }]
})

/** What a transaction makes or calls, by the contracts' code and ABI. */
function nameOf({ to, data }: PlannedTransaction): string {
  if (to === undefined) return named.find(({ bytecode }) => data.startsWith(bytecode))?.name ?? 'unknown code'
  for (const { name, abi } of named)
    try {
      return `${name}.${decodeFunctionData({ abi, data }).functionName}`
    } catch (error) {
      // Not a function of this contract.
      if (!(error instanceof BaseError)) throw error
    }
  return data.slice(0, 10)
}

function reasonOf(simulated: Simulated | undefined): string {
  if (simulated?.error === undefined) return 'the simulation left it out'
  const { reason, data } = simulated.error
  try {
    const { errorName, args } = decodeErrorResult({ abi: contracts.contractErrors, data })
    return `${errorName}(${(args ?? []).join(', ')})`
  } catch (error) {
    // The node's words are all there is.
    if (!(error instanceof BaseError)) throw error
    return reason
  }
}
