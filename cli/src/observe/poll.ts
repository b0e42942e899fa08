import { type AnyRoute, type PlaceOf, pathOf } from '@parley/api'
import { type ExchangeAnswer, ExchangeError, type ExchangeRequest, endpointOf, exchange } from '@parley/http'
import type { Clock } from '@parley/runtime'
import { CliError } from '../faults.ts'

const timeoutMs = 5_000
const maxAnswerBytes = 64 * 1024 * 1024

/**
 * Reads the plain JSON that a sequencer, a batcher or a node answers with, a refusal too.
 * @param server - Its configured URL.
 * @throws {CliError} `SERVER_UNREACHABLE`, `ANSWER_INVALID`; the signal's reason.
 */
export async function readStatus<R extends AnyRoute>(
  server: string,
  route: R,
  place: Partial<PlaceOf<R>>,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const path = pathOf(route, place)
  const endpoint = endpointOf(server)
  const request = { endpoint, path, method: 'GET', maxBytes: maxAnswerBytes, timeoutMs } as const
  const { status, body } = await answerOf(request, signal)
  const invalid = (reason: string, cause?: unknown): CliError =>
    new CliError({ code: 'ANSWER_INVALID', server: endpoint.shown, field: path, reason }, { cause })
  if (body === undefined) throw invalid(`is longer than ${maxAnswerBytes} bytes`)
  const text = new TextDecoder().decode(body)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw invalid(`came with status ${status} and is no JSON: does a proxy or another server answer there?`, cause)
  }
  throw invalid('is no JSON object')
}

async function answerOf(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
  try {
    return await exchange(request, signal)
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    throw new CliError({ code: 'SERVER_UNREACHABLE', reason: error.message }, { cause: error })
  }
}

/** Calls `look` every `everyMs` until it gives something. @throws {CliError} `DEADLINE_PASSED`; the signal's reason. */
export async function waitFor<T>(
  waitedFor: string,
  look: () => Promise<T | undefined> | T | undefined,
  { clock, everyMs, withinMs }: { readonly clock: Clock; readonly everyMs: number; readonly withinMs: number },
  signal: AbortSignal,
): Promise<T> {
  const until = clock.elapsed() + withinMs
  for (;;) {
    signal.throwIfAborted()
    const found = await look()
    if (found !== undefined) return found
    if (clock.elapsed() >= until) throw new CliError({ code: 'DEADLINE_PASSED', waitedFor, waitedMs: withinMs })
    await clock.sleep(everyMs, signal)
  }
}
