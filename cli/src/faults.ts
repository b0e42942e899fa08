import { CodedError, type FaultTable } from '@parley/protocol'

export type CliFault =
  | { code: 'CONFIG_KEY_UNKNOWN'; key: string; source: string }
  | { code: 'CONFIG_VALUE_INVALID'; key: string; source: string; reason: string }
  | { code: 'CONFIG_VALUE_MISSING'; key: string; variable: string; flag: string }
  | { code: 'CONFIG_FILE_UNREADABLE'; path: string; reason: string }
  | { code: 'TRACE_UNREADABLE'; path: string; reason: string }
  | { code: 'TRACE_LINE_INVALID'; line: number; field: string; reason: string }
  | { code: 'CHILD_ENDED'; role: string; exitCode: number; lastLines: readonly string[] }
  | { code: 'CHILD_NOT_READY'; role: string; waitedMs: number; lastLines: readonly string[] }
  | { code: 'ANSWER_INVALID'; server: string; field: string; reason: string }
  | { code: 'NODE_HALTED'; state: string; reason: string }
  | { code: 'DEADLINE_PASSED'; waitedFor: string; waitedMs: number }
  | { code: 'ARGUMENT_INVALID'; argument: string; reason: string }

export const cliFaults: FaultTable<CliFault> = {
  CONFIG_KEY_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'there is no such configuration key' },
  CONFIG_VALUE_INVALID: { blame: 'operator', retry: 'changed', text: 'a configuration value is outside its bounds' },
  CONFIG_VALUE_MISSING: { blame: 'operator', retry: 'changed', text: 'the command needs a configuration value' },
  CONFIG_FILE_UNREADABLE: { blame: 'operator', retry: 'changed', text: 'the configuration file cannot be read' },
  TRACE_UNREADABLE: { blame: 'operator', retry: 'changed', text: 'the trace cannot be read' },
  TRACE_LINE_INVALID: { blame: 'operator', retry: 'changed', text: 'a line of the trace is not of the stated form' },
  CHILD_ENDED: { blame: 'operator', retry: 'changed', text: 'a process of the stack ended by itself' },
  CHILD_NOT_READY: { blame: 'operator', retry: 'later', text: 'a process of the stack did not become ready in time' },
  ANSWER_INVALID: { blame: 'layer', retry: 'later', text: 'a server’s answer is not what it should be' },
  NODE_HALTED: { blame: 'defect', retry: 'never', text: 'the verifying node does not go on' },
  DEADLINE_PASSED: { blame: 'operator', retry: 'later', text: 'something awaited did not happen in time' },
  ARGUMENT_INVALID: { blame: 'operator', retry: 'changed', text: 'an argument is outside its bounds' },
}

export class CliError extends CodedError<CliFault> {
  constructor(fault: CliFault, options?: ErrorOptions) {
    super(fault, cliFaults, options)
  }
}
