import type { BlockLie, Ending } from '../classes/class.ts'
import { blockLies } from '../classes/index.ts'
import { type DataLie, dataLies } from '../classes/withheld.ts'
import { controls } from './control.ts'
import { tellLie } from './lie.ts'
import { others } from './others.ts'
import type { Trial } from './outcome.ts'
import { questions } from './questions.ts'
import { refusedClaims } from './refused-claims.ts'
import { refusedProofs } from './refused-proofs.ts'
import { rescues } from './rescues.ts'
import { secondHeaders } from './second-headers.ts'
import { withdrawals } from './withdrawals.ts'
import { withhold } from './withheld.ts'

const verifiers: Readonly<Record<Ending | 'unanswered', string>> = {
  unanswered: 'unanswered',
  messages: 'Messages',
  operation: 'Operation',
  signature: 'Signature',
  stateRoot: 'StateRoot',
  malformed: 'Malformed',
}

const endsBy = ({
  ending,
  fault,
}: {
  readonly ending: Ending | 'unanswered'
  readonly fault: string | undefined
}): string => (ending === 'malformed' ? `Malformed: ${fault}` : verifiers[ending])

const trialOf = (lie: BlockLie): Trial => ({
  name: lie.name,
  ends: endsBy(lie),
  gas: lie.gas,
  run: (stage) => tellLie(stage, lie),
})

const dataTrialOf = (lie: DataLie): Trial => ({
  name: lie.name,
  ends: lie.ending === 'unanswered' ? 'asked for, unanswered, removed' : `asked for, answered; ${endsBy(lie)}`,
  gas: lie.gas,
  run: (stage) => withhold(stage, lie),
})

/** Every class, in the order in which they are tried. */
export const trials: readonly Trial[] = [
  ...controls,
  ...blockLies.map(trialOf),
  ...dataLies.map(dataTrialOf),
  ...refusedClaims,
  ...refusedProofs,
  ...withdrawals,
  ...questions,
  ...others,
  ...secondHeaders,
  ...rescues,
]
