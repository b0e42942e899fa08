import { inboxAbi, rollupAbi } from '@parley/contracts'
import { revertData } from '@parley/http'
import { ask, unavailable } from '@parley/l2'
import { type Bytes20, type ChainConfig, genesisHeader, SettlementError, sameBytes } from '@parley/protocol'
import {
  type Address,
  BaseError,
  bytesToHex,
  type ContractFunctionReturnType,
  HttpRequestError,
  hexToBytes,
  type PublicClient,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem'
import { headerFromAbi } from './claims/convert.ts'

/** What never changes of a deployment. */
export interface Contracts {
  readonly rollup: Address
  readonly inbox: Address
  /** L2 block of the deployment. */
  readonly deploymentBlock: bigint
  readonly config: ChainConfig
  /** Wei that a claimer must have at stake. */
  readonly bond: bigint
  /** Seconds from a claim to its finality when nothing is asked. */
  readonly challengeWindow: number
  /** Seconds from a claim to its finality when its data is asked for and a proof may follow. */
  readonly longestFinality: number
  /** Seconds for which a bond answers beyond the finality of what it answers for. */
  readonly evidencePeriod: number
  /** Seconds that an item waits until a silence may be declared, and the notice after that. */
  readonly silenceLimit: number
  readonly notice: number
  /** Wei that a rescuer must have at stake. */
  readonly rescueBond: bigint
  /** Names claimers and keys, lets claims return after a rescue, and quotes the prices of data where they are quoted. */
  readonly operator: Address
  readonly governance: Address
  readonly priceRules: PriceRules
}

/** Prices in mwei. */
export type PriceRules = InboxParameters['priceRules']

type Parameters = ContractFunctionReturnType<typeof rollupAbi, 'view', 'parameters'>
type InboxParameters = ContractFunctionReturnType<typeof inboxAbi, 'view', 'parameters'>

/**
 * Reads a deployment from its rollup contract and checks that it is one of ours, whole, on the chain it says.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`.
 */
export async function readContracts(client: PublicClient, rollup: Bytes20, signal: AbortSignal): Promise<Contracts> {
  const address = bytesToHex(rollup)
  const unknown = (reason: string, cause?: unknown): SettlementError =>
    new SettlementError({ code: 'DEPLOYMENT_UNKNOWN', address: rollup, reason }, { cause })
  const chainId = BigInt(await ask(() => client.getChainId(), signal))
  const ours = <T>(read: () => Promise<T>): Promise<T> =>
    ask(async () => {
      try {
        return await read()
      } catch (error) {
        const missing = unavailable(error)
        if (missing.fault.code === 'CONTRACT_MISSING') throw unknown('there is no contract', missing)
        throw isForeign(error) ? unknown('the code there is not the rollup’s', error) : error
      }
    }, signal)
  const parameters = await ours(() => client.readContract({ address, abi: rollupAbi, functionName: 'parameters' }))
  const genesis = await ours(() => client.readContract({ address, abi: rollupAbi, functionName: 'genesisHeader' }))
  const queue = await ours(() =>
    client.readContract({ address: parameters.inbox, abi: inboxAbi, functionName: 'parameters' }),
  )
  if (parameters.chainId !== chainId) throw unknown(`it is of chain ${parameters.chainId}, this is ${chainId}`)
  if (queue.rollup.toLowerCase() !== address) throw unknown('its inbox belongs to another rollup')
  const config = configOf(parameters)
  if (!sameBytes(genesisHeader(config).stateRoot, headerFromAbi(genesis).stateRoot))
    throw unknown('its genesis state is not the one its parameters make')
  return {
    rollup: address,
    inbox: parameters.inbox,
    deploymentBlock: parameters.deploymentBlock,
    config,
    bond: parameters.bond,
    challengeWindow: parameters.windows.challenge,
    longestFinality: longestFinality(parameters.windows),
    evidencePeriod: parameters.evidencePeriod,
    silenceLimit: parameters.contest.silenceLimit,
    notice: parameters.contest.notice,
    rescueBond: parameters.contest.rescueBond,
    operator: parameters.operator,
    governance: parameters.governance,
    priceRules: queue.priceRules,
  }
}

function longestFinality({ challenge, data, answer, proof }: Parameters['windows']): number {
  return Math.max(challenge, data + answer) + proof
}

function configOf(parameters: Parameters): ChainConfig {
  return {
    chainId: parameters.chainId,
    inbox: hexToBytes(parameters.inbox),
    fees: parameters.fees,
    forceDelayMs: parameters.forceDelayMs,
    genesis: {
      timestamp: parameters.genesisTimestamp,
      prices: parameters.genesisPrices,
      lineage: hexToBytes(parameters.genesisLineage),
    },
  }
}

/** Whether a read failed because of what the contract answered rather than because the node did not. */
function isForeign(error: unknown): boolean {
  if (revertData(error) !== undefined) return true
  if (!(error instanceof BaseError)) return false
  return error.walk((inner) => nodeErrors.some((kind) => inner instanceof kind)) === null
}

const nodeErrors = [HttpRequestError, RpcRequestError, SocketClosedError, TimeoutError, WebSocketRequestError]
