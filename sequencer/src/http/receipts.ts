import type { Outcome } from '@parley/execution'
import { TransitionError } from '@parley/protocol'

/** An outcome for people. */
export function jsonOfOutcome(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (!outcome.accepted) return { accepted: false, fault: new TransitionError(outcome.fault).toJSON() }
  return { accepted: true, block: String(outcome.block), position: String(outcome.position) }
}
