import { rpcReason, shortCause } from '@parley/http'
import { raceAbort } from '@parley/runtime'
import { TransactionError } from './faults.ts'

/** Runs a request to a node, whose method it names, and makes a fault of whatever goes wrong in it. */
export type Ask = <T>(method: string, request: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** @throws {TransactionError} `CHAIN_UNAVAILABLE`, naming the method; the signal's reason. */
export const ask: Ask = async (method, request, signal) => {
  signal.throwIfAborted()
  try {
    return await raceAbort(request(), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(method, error)
  }
}

/** The fault of a node that gave no usable answer. */
export function unavailable(method: string, error: unknown): TransactionError {
  if (error instanceof TransactionError) return error
  return new TransactionError(
    { code: 'CHAIN_UNAVAILABLE', reason: `${method}: ${rpcReason(error)}` },
    { cause: shortCause(error) },
  )
}
