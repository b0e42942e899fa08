import type { MemoryLevel } from 'memory-level'

/** What becomes of one operation on the outside. */
type Fate = 'lives' | 'dies before' | 'dies after' | 'is dead'

/** The death of a process: its n-th operation on the outside takes effect or not, and nothing after it does. */
export interface Crash {
  /** Called for every operation on the outside, in their order. */
  next(): Fate
  /** Resolves when the process died. */
  readonly moment: Promise<void>
  readonly happened: boolean
  /** A new process: everything works, to its end. */
  revive(): void
}

export function planCrash(at: number, when: 'dies before' | 'dies after'): Crash {
  let count = 0
  let alive = true
  let happened = false
  let over = false
  const { promise: moment, resolve } = Promise.withResolvers<void>()
  return {
    moment,
    get happened() {
      return happened
    },
    next() {
      if (!alive) return 'is dead'
      if (over || happened || count++ < at) return 'lives'
      happened = true
      alive = false
      resolve()
      return when
    },
    revive() {
      alive = true
      over = true
    },
  }
}

type Write = (...parameters: unknown[]) => Promise<void>

/** Makes the store's writes operations of the crash. What it holds outlives the process. */
export function crashWrites(store: MemoryLevel, crash: Crash): void {
  const internals = store as unknown as Record<'_put' | '_batch', Write>
  for (const name of ['_put', '_batch'] as const) {
    const write = internals[name].bind(store)
    internals[name] = async (...parameters) => {
      const fate = crash.next()
      if (fate === 'lives' || fate === 'dies after') await write(...parameters)
      if (fate !== 'lives') throw new Error(`the process ${fate}`)
    }
  }
}
