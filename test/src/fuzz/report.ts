import type { Verdict } from './target.ts'

/** What happened to the inputs of one decoder. */
export interface DecoderCounts {
  inputs: number
  accepted: number
  refused: Record<string, number>
}

/** One input that broke something; `input` is hex, `index` runs it again with `--from`. */
export interface Failure {
  readonly kind: 'crash' | 'hang' | 'garbage'
  readonly decoder: string
  readonly index: number
  readonly input: string
  readonly reason: string
}

/** What a run prints as one JSON line. */
export interface FuzzReport {
  readonly seed: number
  readonly inputs: number
  readonly seconds: number
  readonly decoders: Readonly<Record<string, DecoderCounts>>
  readonly crashes: number
  readonly hangs: number
  readonly garbage: number
  /** The first few. */
  readonly failures: readonly Failure[]
}

/** Failures that a run gathers before it stops. */
export const maxFailures = 20

export class Tally {
  readonly decoders: Record<string, DecoderCounts> = {}
  readonly failures: Failure[] = []

  constructor(names: readonly string[]) {
    for (const name of names) this.decoders[name] = { inputs: 0, accepted: 0, refused: {} }
  }

  count(name: string, verdict: Verdict): void {
    const counts = this.decoders[name] as DecoderCounts
    counts.inputs += 1
    if (verdict.accepted) counts.accepted += 1
    else counts.refused[verdict.code] = (counts.refused[verdict.code] ?? 0) + 1
  }

  fail(failure: Failure): void {
    const counts = this.decoders[failure.decoder] as DecoderCounts
    counts.inputs += 1
    this.failures.push(failure)
  }
}

export function reportOf(seed: number, seconds: number, tally: Pick<Tally, 'decoders' | 'failures'>): FuzzReport {
  const { decoders, failures } = tally
  const of = (kind: Failure['kind']): number => failures.filter((failure) => failure.kind === kind).length
  const inputs = Object.values(decoders).reduce((sum, counts) => sum + counts.inputs, 0)
  const shown = failures.map((failure) => ({ ...failure, input: failure.input.slice(0, 4096) }))
  return {
    seed,
    inputs,
    seconds: Math.round(seconds * 10) / 10,
    decoders,
    crashes: of('crash'),
    hangs: of('hang'),
    garbage: of('garbage'),
    failures: shown,
  }
}
