import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Failure, failureOf } from '../model/failed.ts'

/** What is known of something that was asked for. */
export interface Asked<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined
  /** Why the last asking gave no answer. */
  readonly failure: Failure | undefined
  readonly busy: boolean
  again(): void
}

/**
 * Asks when the view appears, when `of` changes and when told to; with `everyMs` again and again. Only the latest asking counts,
 * and an earlier one is broken off. What is asked again by itself is not shown as busy.
 */
export function useAsked<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  of: readonly unknown[],
  everyMs?: number,
): Asked<T> {
  const [round, setRound] = useState(0)
  const [known, setKnown] = useState<Omit<Asked<T>, 'again'>>({ value: undefined, failure: undefined, busy: true })
  const again = useCallback(() => setRound((last) => last + 1), [])
  useEffect(() => setKnown({ value: undefined, failure: undefined, busy: true }), of)
  useEffect(() => {
    const ending = new AbortController()
    const { signal } = ending
    let timer: ReturnType<typeof setTimeout> | undefined
    const askOnce = async (): Promise<void> => {
      let found: Pick<Asked<T>, 'value' | 'failure'>
      try {
        found = { value: await ask(signal), failure: undefined }
      } catch (error) {
        // What does not hold must not stand beside what did.
        found = { value: undefined, failure: failureOf(error) }
      }
      if (signal.aborted) return
      setKnown({ ...found, busy: false })
      if (everyMs !== undefined) timer = setTimeout(askOnce, everyMs)
    }
    setKnown((last) => ({ ...last, busy: true }))
    void askOnce()
    return () => {
      ending.abort()
      clearTimeout(timer)
    }
  }, [...of, round])
  return { ...known, again }
}

/** The time, looked at again every second. Milliseconds since 1970. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
