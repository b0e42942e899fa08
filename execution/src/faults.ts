import { CodedError, type FaultTable } from '@parley/protocol'

/** Why lanes did not answer. */
export type ExecutionFault =
  | { code: 'LANE_DIED'; lane: number; reason: string }
  | { code: 'CLOSED' }
  | { code: 'NOT_OPEN'; call: string }
  | { code: 'ALREADY_OPEN'; call: string }
  | { code: 'BUSY'; call: string; with: string }
  | { code: 'STATE_LOST'; reason: string }
  | { code: 'OPTION_INVALID'; option: string; value: number; minimum: number; maximum: number }
  | { code: 'ENTRY_INVALID'; field: string; value: number; minimum: number; maximum: number }
  | { code: 'RECORD_INVALID'; reason: string; offset: number }
  | { code: 'SNAPSHOT_INVALID'; shard: number; reason: string }
  | { code: 'VERIFIER_UNAVAILABLE'; verifier: string; reason: string }

export const executionFaults: FaultTable<ExecutionFault> = {
  LANE_DIED: { blame: 'defect', retry: 'never', text: 'a lane ended; restart from a snapshot and the journal' },
  CLOSED: { blame: 'operator', retry: 'never', text: 'the lanes were closed' },
  NOT_OPEN: { blame: 'defect', retry: 'changed', text: 'the call needs an open block' },
  ALREADY_OPEN: { blame: 'defect', retry: 'later', text: 'the call needs that no block is open' },
  BUSY: { blame: 'defect', retry: 'later', text: 'another call works on the state' },
  STATE_LOST: { blame: 'operator', retry: 'changed', text: 'the state is of no use any more; restore a snapshot' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
  ENTRY_INVALID: { blame: 'sender', retry: 'changed', text: 'an entry has not the form that lanes take' },
  RECORD_INVALID: { blame: 'operator', retry: 'never', text: 'a journal record does not fit the state or its form' },
  SNAPSHOT_INVALID: { blame: 'sender', retry: 'never', text: 'a snapshot does not decode to the expected state' },
  VERIFIER_UNAVAILABLE: { blame: 'operator', retry: 'changed', text: 'the asked-for signature library cannot be used' },
}

export class ExecutionError extends CodedError<ExecutionFault> {
  constructor(fault: ExecutionFault, options?: ErrorOptions) {
    super(fault, executionFaults, options)
  }
}
