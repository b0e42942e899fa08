import type { OutcomeAnswer } from '@parley/api'
import type { Outcome } from '@parley/execution'
import { TransitionError } from '@parley/protocol'

/** An outcome as it is answered in JSON. */
export function answerOf(outcome: Outcome): OutcomeAnswer {
  if (outcome.accepted) return outcome
  return { accepted: false, fault: new TransitionError(outcome.fault).toJSON() }
}
