import { CodedError, type FaultTable } from '@parley/protocol'

export type LabFault =
  | { code: 'TRACE_UNREADABLE'; path: string; reason: string }
  | { code: 'TRACE_LINE_INVALID'; line: number; field: string; reason: string }
  | { code: 'CHILD_ENDED'; role: string; reason: string; exitCode: number }
  | { code: 'CHILD_NOT_READY'; role: string; reason: string; waitedMs: number }
  | { code: 'NODE_HALTED'; state: string; reason: string }
  | { code: 'PROCESS_EXITED'; command: string; reason: string; lastLines: readonly string[] }
  | { code: 'PROCESS_NOT_READY'; command: string; waitedMs: number; lastLines: readonly string[] }
  | { code: 'CHAIN_MISMATCH'; expected: bigint; received: bigint }
  | { code: 'PREDEPLOY_REFUSED'; step: string; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }
  | { code: 'STEP_FAILED'; step: string; reason: string }

export const labFaults: FaultTable<LabFault> = {
  TRACE_UNREADABLE: { blame: 'operator', retry: 'changed', text: 'the trace cannot be read' },
  TRACE_LINE_INVALID: { blame: 'operator', retry: 'changed', text: 'a line of the trace is not of the stated form' },
  CHILD_ENDED: { blame: 'operator', retry: 'changed', text: 'a process of the stack ended by itself' },
  CHILD_NOT_READY: { blame: 'operator', retry: 'later', text: 'a process of the stack did not become ready in time' },
  NODE_HALTED: { blame: 'defect', retry: 'never', text: 'the verifying node does not go on' },
  PROCESS_EXITED: { blame: 'operator', retry: 'changed', text: 'a process ended before it was stopped' },
  PROCESS_NOT_READY: { blame: 'operator', retry: 'later', text: 'a process did not become ready in time' },
  CHAIN_MISMATCH: { blame: 'operator', retry: 'changed', text: 'the chain is not the one expected' },
  PREDEPLOY_REFUSED: { blame: 'defect', retry: 'never', text: 'the development L2 refused a predeploy' },
  STEP_FAILED: { blame: 'defect', retry: 'never', text: 'a step of a run did not happen as it must' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class LabError extends CodedError<LabFault> {
  constructor(fault: LabFault, options?: ErrorOptions) {
    super(fault, labFaults, options)
  }
}
