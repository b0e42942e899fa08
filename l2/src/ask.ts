import { rpcReason, shortCause } from '@parley/http'
import { SettlementError } from '@parley/protocol/light'
import { raceAbort } from '@parley/runtime'
import { BaseError, ContractFunctionExecutionError, ContractFunctionZeroDataError, hexToBytes } from 'viem'

/**
 * Runs a request to the node.
 * @throws {SettlementError} `CONTRACT_MISSING` when it called an address without a contract, `SETTLEMENT_UNAVAILABLE` for
 * whatever else goes wrong in it, with what went wrong as its cause.
 */
export async function ask<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await raceAbort(request(), signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw unavailable(error)
  }
}

/** The fault of a node that gave no usable answer. */
export function unavailable(error: unknown): SettlementError {
  if (error instanceof SettlementError) return error
  const address = contractless(error)
  if (address !== undefined)
    return new SettlementError({ code: 'CONTRACT_MISSING', address: hexToBytes(address) }, { cause: error })
  return new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: rpcReason(error) }, { cause: shortCause(error) })
}

/** Where a call was answered with nothing, as only an address without a contract answers our calls. */
function contractless(error: unknown): `0x${string}` | undefined {
  if (!(error instanceof BaseError)) return undefined
  if (error.walk((inner) => inner instanceof ContractFunctionZeroDataError) === null) return undefined
  const call = error.walk((inner) => inner instanceof ContractFunctionExecutionError)
  return call instanceof ContractFunctionExecutionError ? call.contractAddress : undefined
}
