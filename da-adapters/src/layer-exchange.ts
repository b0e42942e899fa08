import { type ExchangeAnswer, ExchangeError, type ExchangeRequest, exchange } from '@parley/http'
import { unavailable } from './fault.ts'

/**
 * One HTTP exchange with a layer.
 * @throws {DaError} `DA_UNAVAILABLE` when nothing useful came back; the signal's reason when it aborted.
 */
export async function layerExchange(
  layer: string,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeAnswer> {
  try {
    return await exchange(request, signal)
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    throw unavailable(layer, error.message, error, error.retryAfterMs)
  }
}
