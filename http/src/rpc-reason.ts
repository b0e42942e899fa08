import { BaseError, TimeoutError } from 'viem'
import { ExchangeError } from './failure.ts'

const maxReasonLength = 500

/** What went wrong, in words that may be shown to anyone: what the transport or the node said. */
export function rpcReason(error: unknown): string {
  const exchange = exchangeError(error)
  if (exchange !== undefined) return exchange.message
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error)
  if (error.walk((inner) => inner instanceof TimeoutError) !== null) return `no answer in time${placeOf(error)}`
  const said = error.details === '' || error.details === undefined ? error.shortMessage : error.details
  return `${said.slice(0, maxReasonLength)}${placeOf(error)}`
}

/** viem tells the URL that it was given, which has no keys. */
function placeOf(error: BaseError): string {
  let line: string | undefined
  error.walk((inner) => {
    if (inner instanceof BaseError) line ??= inner.metaMessages?.find((each) => each.startsWith('URL: '))
    return false
  })
  return line === undefined ? '' : ` (${line.slice('URL: '.length)})`
}

function exchangeError(error: unknown): ExchangeError | undefined {
  if (error instanceof ExchangeError) return error
  if (!(error instanceof BaseError)) return undefined
  const found = error.walk((inner) => inner instanceof ExchangeError)
  return found instanceof ExchangeError ? found : undefined
}

/** viem's errors repeat the body of the request, which may be a whole batch: the transport's own say as much. */
export function shortCause(error: unknown): unknown {
  return exchangeError(error) ?? error
}
