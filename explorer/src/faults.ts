import { CodedError, type FaultTable } from '@parley/protocol/light'

/** What keeps the explorer from working. */
export type ExplorerFault = { code: 'SETTINGS_INVALID'; field: string; reason: string }

export const explorerFaults: FaultTable<ExplorerFault> = {
  SETTINGS_INVALID: { blame: 'operator', retry: 'changed', text: 'the explorer does not know whom to ask' },
}

/** A fault of the explorer itself. */
export class ExplorerError extends CodedError<ExplorerFault> {
  constructor(fault: ExplorerFault, options?: ErrorOptions) {
    super(fault, explorerFaults, options)
  }
}
