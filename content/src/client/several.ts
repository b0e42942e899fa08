import { type Bytes32, sameBytes } from '@parley/protocol/light'
import { type Clock, createSources, raceAbort } from '@parley/runtime'
import type { Contents, Kept } from '../contents.ts'
import { contentDigest } from '../digests.ts'
import { ContentError } from '../faults.ts'

/** A store with the name that faults and logs have for it. */
export interface NamedContents extends Contents {
  readonly name: string
}

export interface SeveralOptions {
  /** Stores that a content is put to, as many of them as there are. @default 2 */
  readonly copies?: number
  /** Milliseconds after which the next store is asked, too, while one does not answer. @default 1_000 */
  readonly nextAfterMs?: number
  /** Milliseconds after which one that does not answer counts as failed. @default 30_000 */
  readonly giveUpMs?: number
}

/**
 * Stores in the order in which they are asked, behind one face. One that fails again and again is left out for a while; what
 * comes back is hashed here, whatever the store did, so a wrong content is never returned.
 * @throws {ContentError} `CONTENT_UNAVAILABLE` when no store answered, `CONTENT_NOT_KEPT` when none took a content.
 */
export function severalContents(
  stores: readonly NamedContents[],
  clock: Clock,
  { copies = 2, nextAfterMs = 1_000, giveUpMs = 30_000 }: SeveralOptions = {},
): Contents {
  const sources = createSources(stores, clock)

  /** What one store says, with its circuit told. */
  const asked = async <T>(store: NamedContents, ask: Ask<T>, signal: AbortSignal): Promise<T> => {
    const over = new AbortController()
    const timer = clock.sleep(giveUpMs, over.signal).then(
      () =>
        over.abort(
          new ContentError({ code: 'STORE_UNAVAILABLE', store: store.name, reason: `no answer within ${giveUpMs} ms` }),
        ),
      () => undefined,
    )
    try {
      const joined = AbortSignal.any([signal, over.signal])
      const answer = await raceAbort(ask(store, joined), joined)
      sources.succeeded(store)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (isAnswer(error)) sources.succeeded(store)
      else sources.failed(store, pauseOf(error))
      throw error
    } finally {
      over.abort()
      await timer
    }
  }

  /**
   * Asks store after store, the next one as soon as one fails, says nothing useful or takes long, until one gives what counts.
   * @returns undefined when those that answered say that there is nothing.
   */
  const first = async <T>(ask: Ask<T | undefined>, signal: AbortSignal): Promise<T | undefined> => {
    const { asked: order, leftOut } = sources.turn()
    const done = new AbortController()
    const joined = AbortSignal.any([signal, done.signal])
    const errors: unknown[] = []
    let answered = false
    const running = new Set<Promise<T | undefined>>()
    const start = (store: NamedContents): void => {
      const one = asked(store, ask, joined).then(
        (answer) => {
          answered = true
          return answer
        },
        (error: unknown) => {
          errors.push(error)
          return undefined
        },
      )
      running.add(one)
      void one.then(() => running.delete(one))
    }
    try {
      const waiting = [...order]
      for (;;) {
        const next = waiting.shift()
        if (next === undefined && running.size === 0) break
        if (next !== undefined) start(next)
        const found = await soonest(running, next === undefined ? undefined : nextAfterMs, clock, signal)
        if (found !== undefined) return found
      }
    } finally {
      done.abort(new DOMException('another store answered', 'AbortError'))
    }
    signal.throwIfAborted()
    if (answered) return undefined
    const cause = errors.length === 0 ? undefined : new AggregateError(errors)
    throw new ContentError({ code: 'CONTENT_UNAVAILABLE', stores: [...errors.map(wordsOf), ...leftOut] }, { cause })
  }

  return {
    async put(content, options, signal) {
      const kept: Kept[] = []
      const errors: unknown[] = []
      const { asked: order, leftOut } = sources.turn()
      const wanted = Math.min(copies, stores.length)
      let at = 0
      while (kept.length < wanted && at < order.length) {
        const group = order.slice(at, at + wanted - kept.length)
        at += group.length
        const ended = await Promise.allSettled(
          group.map((store) => asked(store, (each, inner) => each.put(content, options, inner), signal)),
        )
        for (const each of ended)
          if (each.status === 'fulfilled') kept.push(each.value)
          else errors.push(each.reason)
        signal.throwIfAborted()
      }
      const [longest] = kept.sort((a, b) => (a.retainUntil < b.retainUntil ? 1 : -1))
      if (longest !== undefined) return longest
      const cause = new AggregateError(errors)
      throw new ContentError({ code: 'CONTENT_NOT_KEPT', stores: [...errors.map(wordsOf), ...leftOut] }, { cause })
    },

    get: (digest, signal) =>
      first(async (store, inner) => checked(store, digest, await store.get(digest, inner)), signal),

    has: async (digest, signal) =>
      (await first(async (store, inner) => ((await store.has(digest, inner)) ? true : undefined), signal)) ?? false,

    async ack(digest, ackKey, signature, signal) {
      const ended = await Promise.allSettled(
        sources
          .turn()
          .asked.map((store) => asked(store, (each, inner) => each.ack(digest, ackKey, signature, inner), signal)),
      )
      signal.throwIfAborted()
      // Each of them keeps it for itself: one that was told is enough, the others let it go when it expires.
      if (ended.some(({ status }) => status === 'fulfilled')) return
      const errors = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
      const cause = new AggregateError(errors)
      throw new ContentError({ code: 'CONTENT_UNAVAILABLE', stores: errors.map(wordsOf) }, { cause })
    },
  }
}

type Ask<T> = (store: NamedContents, signal: AbortSignal) => Promise<T>

/** The first that gives something, of those that run, within `waitMs`; undefined when one ends with nothing first. */
async function soonest<T>(
  running: ReadonlySet<Promise<T | undefined>>,
  waitMs: number | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | undefined> {
  const over = new AbortController()
  const waits =
    waitMs === undefined
      ? []
      : [
          clock.sleep(waitMs, over.signal).then(
            () => undefined,
            () => undefined,
          ),
        ]
  try {
    return await raceAbort(Promise.race([...running, ...waits]), signal)
  } finally {
    over.abort()
  }
}

/** Whatever a store did or not: what it gives counts by its digest alone. @throws {ContentError} `STORE_LIED`. */
function checked(store: NamedContents, digest: Bytes32, content: Uint8Array | undefined): Uint8Array | undefined {
  if (content === undefined) return undefined
  const received = contentDigest(content)
  if (sameBytes(received, digest)) return content
  throw new ContentError({ code: 'STORE_LIED', store: store.name, digest, received })
}

/** Whether a store works, and only refuses this: by that nobody is left out. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof ContentError)) return false
  const { fault } = error
  if (fault.code === 'STORE_REFUSED') return fault.status < 500 && fault.status !== 429
  return fault.code === 'ACK_UNKNOWN' || fault.code === 'CONTENT_UNKNOWN' || fault.code === 'CONTENT_INVALID'
}

const pauseOf = (error: unknown): number | undefined =>
  error instanceof ContentError && 'retryAfterMs' in error.fault ? error.fault.retryAfterMs : undefined

const wordsOf = (error: unknown): string => (error as Error).message
