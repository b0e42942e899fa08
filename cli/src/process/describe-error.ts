import { ExchangeError, rpcReason } from '@parley/http'
import { CodedError } from '@parley/protocol'
import { systemReason } from '@parley/runtime/files'
import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { CliError } from '../faults.ts'

const noAnswers = [ExchangeError, HttpRequestError, RpcRequestError, TimeoutError]

/** Whether an error tells of a node that gave no usable answer, rather than of a call that was made wrongly. */
const isNoAnswer = (error: unknown): boolean => noAnswers.some((kind) => error instanceof kind)

/** The fault of an error that ends the process: its own code where it has one, a coded one for what the system refused. */
export function asFault(error: unknown): unknown {
  if (error instanceof CodedError) return error
  if (error instanceof ExchangeError)
    return new CliError({ code: 'SERVER_UNREACHABLE', reason: error.message }, { cause: error })
  if (error instanceof BaseError && error.walk(isNoAnswer) !== null)
    return new CliError({ code: 'SERVER_UNREACHABLE', reason: rpcReason(error) }, { cause: error })
  if (error instanceof AggregateError && error.errors.length === 1) return asFault(error.errors[0])
  const { code, syscall, path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return error
  if (syscall === 'listen')
    return new CliError(
      { code: 'LISTEN_REFUSED', address: `${address ?? ''}:${port ?? ''}`, reason: listenReason(code) },
      { cause: error },
    )
  return new CliError(
    { code: 'SYSTEM_REFUSED', call: syscall, path: path ?? 'none', reason: systemReason(error) },
    { cause: error },
  )
}

function listenReason(code: string): string {
  if (code === 'EADDRINUSE') return `${code}: another process listens there; choose another run.port, or 0 for any`
  if (code === 'EACCES') return `${code}: ports below 1024 need a right that this process does not have`
  if (code === 'EADDRNOTAVAIL') return `${code}: no interface of this machine has that address; check run.host`
  return code
}

/** What people are told: a fault in one line, a defect with its stack and what caused it. */
export function describeError(error: unknown): string {
  const fault = asFault(error)
  if (fault instanceof CodedError) return fault.message
  if (!(fault instanceof Error)) return String(fault)
  const causes: string[] = []
  for (let cause = fault.cause, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1)
    causes.push(`\ncaused by ${cause.message}`)
  const inner = fault instanceof AggregateError ? fault.errors.map((each) => `\n${describeError(each)}`) : []
  return `${fault.stack ?? fault.message}${causes.join('')}${inner.join('')}`
}
