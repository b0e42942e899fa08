import type { RefusalDetails } from '@parley/client'
import { CodedError, type FaultTable } from '@parley/protocol'

export type CliFault =
  | { code: 'CONFIG_KEY_UNKNOWN'; key: string; source: string }
  | { code: 'CONFIG_VALUE_INVALID'; key: string; source: string; reason: string }
  | { code: 'CONFIG_VALUE_MISSING'; key: string; variable: string; flag: string }
  | { code: 'CONFIG_FILE_UNREADABLE'; path: string; reason: string }
  | { code: 'ANSWER_INVALID'; server: string; field: string; reason: string }
  | { code: 'DEADLINE_PASSED'; waitedFor: string; waitedMs: number }
  | { code: 'USAGE_INVALID'; reason: string }
  | { code: 'ARGUMENT_INVALID'; argument: string; reason: string }
  | { code: 'DUMP_LINE_INVALID'; line: number; field: string; reason: string }
  | { code: 'LISTEN_REFUSED'; address: string; reason: string }
  | { code: 'SYSTEM_REFUSED'; call: string; path: string; reason: string }
  | { code: 'OUTPUT_UNWRITABLE'; stream: string; reason: string }
  | { code: 'SERVER_UNREACHABLE'; reason: string }
  | { code: 'PACKAGE_MISSING'; package: string; setting: string; cure: string }
  | { code: 'DATA_DIR_LOCKED'; path: string; reason: string }
  | { code: 'DATA_DIR_UNUSABLE'; path: string; reason: string }
  | { code: 'DATA_DIR_REPLACED'; path: string }
  | { code: 'STORE_DAMAGED'; path: string; reason: string }
  | { code: 'STORE_FORM_UNKNOWN'; path: string; found: string; known: string }
  | { code: 'STORE_OTHER'; path: string; field: string; expected: string; received: string; cure: string }
  | { code: 'ACCOUNT_UNKNOWN'; place: string }
  | { code: 'BLOCK_UNKNOWN'; block: string; verified: string }
  | { code: 'CLAIM_UNKNOWN'; claim: string; standing: number }
  | { code: 'REMOVAL_UNKNOWN'; removal: string; removals: number }
  | { code: 'CONVERSATION_UNKNOWN'; place: string }
  | { code: 'NOT_A_MEMBER'; place: string; key: Uint8Array }
  | { code: 'ACCOUNT_NOT_YOURS'; place: string; owner: string; yours: string }
  | { code: 'CONSENT_OTHER'; expected: string; received: string }
  | { code: 'CONSENT_OUTDATED'; slot: number; reason: string }
  | { code: 'FUNDS_TOO_SMALL'; address: Uint8Array; funds: bigint; needed: bigint }
  | ({ code: 'REFUSED' } & RefusalDetails)

export const cliFaults: FaultTable<CliFault> = {
  CONFIG_KEY_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'there is no such configuration key' },
  CONFIG_VALUE_INVALID: { blame: 'operator', retry: 'changed', text: 'a configuration value is outside its bounds' },
  CONFIG_VALUE_MISSING: { blame: 'operator', retry: 'changed', text: 'the command needs a configuration value' },
  CONFIG_FILE_UNREADABLE: { blame: 'operator', retry: 'changed', text: 'the configuration file cannot be read' },
  ANSWER_INVALID: { blame: 'layer', retry: 'later', text: 'a server’s answer is not what it should be' },
  DEADLINE_PASSED: { blame: 'operator', retry: 'later', text: 'something awaited did not happen in time' },
  LISTEN_REFUSED: { blame: 'operator', retry: 'changed', text: 'the server cannot listen at its address' },
  SYSTEM_REFUSED: { blame: 'operator', retry: 'changed', text: 'the operating system refused a call' },
  OUTPUT_UNWRITABLE: { blame: 'operator', retry: 'changed', text: 'what the command printed was not written' },
  SERVER_UNREACHABLE: { blame: 'operator', retry: 'later', text: 'a server gave no usable answer' },
  PACKAGE_MISSING: {
    blame: 'operator',
    retry: 'changed',
    text: 'a setting needs a package that is not installed',
  },
  DATA_DIR_LOCKED: { blame: 'operator', retry: 'changed', text: 'another process uses the data directory' },
  DATA_DIR_UNUSABLE: { blame: 'operator', retry: 'changed', text: 'the data directory cannot be read or written' },
  DATA_DIR_REPLACED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the data directory was deleted or replaced while it was in use',
  },
  STORE_DAMAGED: { blame: 'operator', retry: 'never', text: 'the store is damaged and does not open' },
  STORE_FORM_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'this program does not know the form of the store' },
  STORE_OTHER: { blame: 'operator', retry: 'changed', text: 'the store is another one than it must be' },
  USAGE_INVALID: { blame: 'operator', retry: 'changed', text: 'the command line is not one that there is: see --help' },
  ARGUMENT_INVALID: { blame: 'operator', retry: 'changed', text: 'an argument is outside its bounds' },
  DUMP_LINE_INVALID: { blame: 'operator', retry: 'changed', text: 'a line of the dump is not what it must be' },
  ACCOUNT_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'there is no such account: open one first' },
  BLOCK_UNKNOWN: { blame: 'sender', retry: 'later', text: 'the node has not verified such a block' },
  REMOVAL_UNKNOWN: { blame: 'sender', retry: 'later', text: 'claims were not removed so many times' },
  CLAIM_UNKNOWN: { blame: 'sender', retry: 'later', text: 'no such claim stands on the L2' },
  CONVERSATION_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'there is no such conversation' },
  NOT_A_MEMBER: { blame: 'sender', retry: 'changed', text: 'the key is no member of the conversation' },
  ACCOUNT_NOT_YOURS: {
    blame: 'sender',
    retry: 'changed',
    text: 'the account belongs to somebody else: PARLEY_L2_KEY is not its owner’s',
  },
  CONSENT_OTHER: { blame: 'sender', retry: 'changed', text: 'the consent is to join another conversation' },
  CONSENT_OUTDATED: {
    blame: 'sender',
    retry: 'changed',
    text: 'the members changed since the consent was given: ask for a new one',
  },
  FUNDS_TOO_SMALL: {
    blame: 'operator',
    retry: 'changed',
    text: 'the account has fewer wei than it would take',
  },
  REFUSED: { blame: 'sender', retry: 'changed', text: 'the sequencer refused it' },
}

export class CliError extends CodedError<CliFault> {
  constructor(fault: CliFault, options?: ErrorOptions) {
    super(fault, cliFaults, options)
  }
}
