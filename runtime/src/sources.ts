import type { Clock } from './clock.ts'

/** One of several servers that answer the same questions. */
export interface Source {
  /** For faults, logs and metrics; no two of a list have the same. */
  readonly name: string
}

/** When a server that fails is left out. */
export interface CircuitOptions {
  /** Faults in a row after which it is. */
  readonly faults: number
  /** Milliseconds for which it is at first; twice as long each time that it fails again. */
  readonly firstMs: number
  /** Milliseconds for which it is at most, also where it asks for a pause itself. */
  readonly maxMs: number
}

export const circuitDefaults: CircuitOptions = { faults: 5, firstMs: 30_000, maxMs: 600_000 }

/** Servers in the order in which they are asked, each with a circuit of its own. */
export interface Sources<S extends Source> {
  /**
   * Whom to ask now, in order. Who failed again and again is left out while there are others; who asked for a pause is left
   * out in any case.
   * @param among - Those that can answer, of the list; all of it when left out.
   */
  turn(among?: readonly S[]): Turn<S>
  /** It gave an answer that can be used. */
  succeeded(source: S): void
  /** It gave none. @param retryAfterMs - Milliseconds for which it asked not to be asked. */
  failed(source: S, retryAfterMs?: number): void
}

export interface Turn<S> {
  readonly asked: readonly S[]
  /** What is said of those left out. */
  readonly leftOut: readonly string[]
}

interface Circuit {
  faults: number
  /** Milliseconds of the last time left out; 0 since it answered. */
  lastMs: number
  /** Elapsed milliseconds of the clock until which it is left out. */
  outUntil: number
  /** The same, for as long as it asked for. */
  pausedUntil: number
}

export function createSources<S extends Source>(
  list: readonly S[],
  clock: Clock,
  { faults, firstMs, maxMs }: CircuitOptions = circuitDefaults,
): Sources<S> {
  const circuits = new Map<S, Circuit>(
    list.map((source) => [source, { faults: 0, lastMs: 0, outUntil: 0, pausedUntil: 0 }]),
  )
  const of = (source: S): Circuit => circuits.get(source) as Circuit

  return {
    turn(among = list) {
      const now = clock.elapsed()
      const willing = among.filter((source) => of(source).pausedUntil <= now)
      const sound = willing.filter((source) => of(source).outUntil <= now)
      const asked = sound.length > 0 ? sound : willing
      const leftOut = among.filter((source) => !asked.includes(source))
      return { asked, leftOut: leftOut.map((source) => wordsOn(source.name, of(source), now)) }
    },
    succeeded(source) {
      Object.assign(of(source), { faults: 0, lastMs: 0, outUntil: 0 })
    },
    failed(source, retryAfterMs = 0) {
      const circuit = of(source)
      const now = clock.elapsed()
      circuit.pausedUntil = Math.max(circuit.pausedUntil, now + Math.min(retryAfterMs, maxMs))
      circuit.faults += 1
      // Once it was left out, one more fault is enough.
      if (circuit.faults < faults && circuit.lastMs === 0) return
      // Answers to what was asked before it was left out say nothing new.
      if (circuit.outUntil > now) return
      circuit.lastMs = Math.min(maxMs, circuit.lastMs === 0 ? firstMs : 2 * circuit.lastMs)
      circuit.outUntil = now + circuit.lastMs
    },
  }
}

function wordsOn(name: string, { outUntil, pausedUntil }: Circuit, now: number): string {
  return pausedUntil > now
    ? `${name} asked for a pause of ${Math.ceil(pausedUntil - now)} ms`
    : `${name} failed again and again and is left out for ${Math.ceil(outUntil - now)} ms`
}

/** Names for a list of servers, from what may be shown of each; those that show the same are numbered. */
export function distinctNames(shown: readonly string[]): string[] {
  return shown.map((name, i) => {
    const before = shown.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name} #${before + 1}`
  })
}
