import { DaError } from '@parley/protocol'
import type { Source, Sources } from '@parley/runtime'
import { unavailable } from './fault.ts'

/**
 * Asks one server after the other until one answers.
 * @throws {DaError} `DA_UNAVAILABLE` when none did; at once whatever else one throws.
 */
export async function firstAnswer<S extends Source, T>(
  layer: string,
  sources: Sources<S>,
  ask: (source: S) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { asked, leftOut } = sources.turn()
  const reasons: string[] = []
  let last: DaError | undefined
  for (const source of asked) {
    try {
      const answer = await ask(source)
      sources.succeeded(source)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DaError) || error.fault.code !== 'DA_UNAVAILABLE') throw error
      sources.failed(source, error.fault.retryAfterMs)
      reasons.push(error.fault.reason)
      last = error
    }
  }
  throw unavailable(layer, [...reasons, ...leftOut].join('; '), last)
}
