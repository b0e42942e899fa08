import { SettlementError } from '@parley/protocol'
import { BaseError } from 'viem'
import { abortable } from './abortable.ts'

/**
 * Runs a request to the node.
 * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE` for whatever goes wrong in it, with what went wrong as its cause.
 */
export async function ask<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(request(), signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw unavailable(error)
  }
}

/** The fault of a node that gave no usable answer. */
export function unavailable(error: unknown): SettlementError {
  if (error instanceof SettlementError) return error
  const reason = error instanceof BaseError ? error.shortMessage : String(error)
  return new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason }, { cause: error })
}
