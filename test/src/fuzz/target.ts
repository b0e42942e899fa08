import type { Random } from './random.ts'

/** What became of one input: accepted, or refused with a code. Anything thrown instead is a crash. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly code: string }

/** A decoder under attack. */
export interface FuzzTarget {
  readonly name: string
  /** Its share of the inputs, relative to the others'. */
  readonly weight: number
  /** Valid inputs, at least one; mutations start from them. */
  readonly corpus: readonly Uint8Array[]
  /** Makes an input where mutating bytes alone would not get past the outermost check. */
  readonly shape?: (random: Random) => Uint8Array
  /**
   * Decodes one input.
   * @throws {Garbage} when it was accepted but is not what it would be encoded to.
   */
  run(input: Uint8Array): Verdict | Promise<Verdict>
}

/** What a module of targets exports. */
export interface TargetModule {
  openTargets(): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }>
}

/** Accepted bytes that do not come back when encoded again. */
export class Garbage extends Error {}

export const accepted: Verdict = { accepted: true }
export const refused = (code: string): Verdict => ({ accepted: false, code })

export function assertSame(input: Uint8Array, again: Uint8Array, what: string): void {
  if (input.length !== again.length || input.some((byte, i) => byte !== again[i]))
    throw new Garbage(`${what}: accepted bytes are encoded differently again`)
}

/** Runs a decoder that refuses with coded errors of the given classes, and with nothing else. */
export function verdictOf(decode: () => void, ...refusals: readonly RefusalClass[]): Verdict {
  try {
    decode()
    return accepted
  } catch (error) {
    for (const refusal of refusals) if (error instanceof refusal) return refused(error.fault.code)
    throw error
  }
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of coded errors differ in what they take.
export type RefusalClass = abstract new (...args: any[]) => Error & { readonly fault: { readonly code: string } }
