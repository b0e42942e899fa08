import { unavailable } from './fault.ts'

/** Calls under way, by the digest of what they publish, so that they can be ended. */
export interface Calls {
  /** Runs one; its signal aborts with the caller's, or with `DA_UNAVAILABLE` once it is ended. */
  run<T>(digest: Uint8Array, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Ends those of a digest; resolves once none of them runs any more. */
  end(digest: Uint8Array): Promise<void>
}

interface Call {
  readonly ending: AbortController
  readonly ended: Promise<unknown>
}

export function createCalls(layer: string): Calls {
  const underWay = new Map<string, Set<Call>>()
  const keyOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

  return {
    async run(digest, signal, work) {
      const key = keyOf(digest)
      const ending = new AbortController()
      const result = work(AbortSignal.any([signal, ending.signal]))
      // Whoever ends it waits for its end, not for its outcome, which is the caller's.
      const call: Call = { ending, ended: result.catch(() => undefined) }
      const calls = underWay.get(key) ?? new Set()
      underWay.set(key, calls.add(call))
      try {
        return await result
      } finally {
        calls.delete(call)
        if (calls.size === 0 && underWay.get(key) === calls) underWay.delete(key)
      }
    },
    async end(digest) {
      const calls = [...(underWay.get(keyOf(digest)) ?? [])]
      for (const { ending } of calls) ending.abort(unavailable(layer, 'the publication was abandoned'))
      await Promise.all(calls.map(({ ended }) => ended))
    },
  }
}
