import type { BlockLie, Ending } from '../classes/class.ts'
import { blockLies } from '../classes/index.ts'
import type { Stage } from '../stage/stage.ts'
import { tellLie } from './lie.ts'
import type { Outcome } from './outcome.ts'

/** Something that is tried on a stage. */
export interface Trial {
  readonly name: string
  /** How it is to end, as docs/adversary.md says it. */
  readonly ends: string
  /** Gas of the challenger at most. */
  readonly gas: number
  /** Transactions of the challenger. */
  readonly transactions: number
  /** Claims that are removed by it. */
  readonly removals: number
  /** @returns the outcome, or what waits for it once everything else was tried: several share the wait for a window. */
  run(stage: Stage): Promise<Outcome | (() => Promise<Outcome>)>
}

const verifiers: Readonly<Record<Ending, string>> = {
  messages: 'Messages',
  operation: 'Operation',
  signature: 'Signature',
  stateRoot: 'StateRoot',
  malformed: 'Malformed',
}

const trialOf = (lie: BlockLie): Trial => ({
  name: lie.name,
  ends: lie.ending === 'malformed' ? `Malformed: ${lie.fault}` : verifiers[lie.ending],
  gas: lie.gas,
  transactions: 1,
  removals: 1,
  run: (stage) => tellLie(stage, lie),
})

/** Every class, in the order in which they are tried. */
export const trials: readonly Trial[] = blockLies.map(trialOf)
