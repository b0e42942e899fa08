import type { Stage } from '../stage/stage.ts'

/** How one class went. */
export interface Outcome {
  readonly class: string
  /** What ended it: the verifier, a refusal's error, or nothing. */
  readonly detectedBy: string
  /** Of the challenger. */
  readonly transactions: number
  readonly gas: number
  /** Removed, slashed or refused, as the class says. */
  readonly removed: boolean
  /** From the claim to its removal, or from showing a header to slashing, by the L2's clock; null where neither was. */
  readonly secondsToRemoval: number | null
  /** No bond but the liar's is less than before. */
  readonly honestBondKept: boolean
  /** What is not as it should be; left out when all is. */
  readonly failed?: string
}

/** Something that is tried on a stage. */
export interface Trial {
  readonly name: string
  /** How it is to end, as docs/adversary.md says it. */
  readonly ends: string
  /** Gas of the challenger at most. */
  readonly gas: number
  /** Whether it goes on in a silence that one before it began. */
  readonly inSilence?: boolean
  /** @returns the outcome, or what waits for it once everything else was tried: several share the wait for a window. */
  run(stage: Stage): Promise<Outcome | (() => Promise<Outcome>)>
}

/** One that waits for nothing else. */
export interface ImmediateTrial extends Trial {
  run(stage: Stage): Promise<Outcome>
}

/** Something that a contract refuses with one of these errors. */
export function refusedTrial(
  name: string,
  errors: readonly string[],
  attempt: (stage: Stage) => Promise<string | undefined>,
): ImmediateTrial {
  return {
    name,
    ends: `refused: ${errors.join(' or ')}`,
    gas: 0,
    async run(stage) {
      const found = await attempt(stage)
      const removed = found !== undefined && errors.includes(found)
      const nothing = { transactions: 0, gas: 0, secondsToRemoval: null, honestBondKept: true }
      const outcome = { class: name, detectedBy: found ?? 'nobody', removed, ...nothing }
      return removed ? outcome : { ...outcome, failed: `is not refused by ${errors.join(' or ')}` }
    },
  }
}

/** The same, once everything else was tried: then claims are final. */
export function atLast(trial: ImmediateTrial): Trial {
  return { ...trial, run: async (stage) => () => trial.run(stage) }
}
