import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { wordsOf } from '../model/fault-words.ts'
import type { Observable } from '../model/observable.ts'

/** Looks at something again whenever it changed. */
export function useObservable(observable: Observable): void {
  const [, look] = useState(0)
  useEffect(() => {
    const again = (): void => look(observable.changes)
    // It may have changed between being drawn and being watched.
    again()
    return observable.watch(again)
  }, [observable])
}

/** Gives the focus to what came in the place of what had it. */
export function useArrival(arrived: RefObject<HTMLElement | null>, of?: unknown): void {
  useEffect(() => {
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body) arrived.current?.focus()
  }, [of])
}

export interface Doing {
  readonly busy: boolean
  /** What went wrong last. */
  readonly fault: string | undefined
  /** Does one thing at a time, and keeps what goes wrong to be shown. */
  run(work: () => Promise<void>): Promise<boolean>
}

export function useDoing(): Doing {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  return {
    busy,
    fault,
    async run(work) {
      if (busy) return false
      setBusy(true)
      setFault(undefined)
      try {
        await work()
        return true
      } catch (error) {
        console.warn(error)
        setFault(wordsOf(error))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
