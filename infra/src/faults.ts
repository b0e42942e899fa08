import { CodedError, type FaultTable } from '@parley/protocol'

export type InfraFault =
  | { code: 'DEPLOYMENT_INVALID'; field: string; reason: string }
  | { code: 'DEPLOYMENT_UNWRITABLE'; path: string; reason: string }
  | { code: 'DEPLOYMENT_FAILED'; contract: string; reason: string }
  | { code: 'WINDOW_TOO_SHORT'; field: string; seconds: number; minimum: number }
  | { code: 'CHAIN_FILE_INVALID'; field: string; reason: string }
  | { code: 'CHAIN_UNSUITED'; field: string; actual: bigint; bound: bigint }
  | { code: 'SIMULATION_REFUSED'; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }

export const infraFaults: FaultTable<InfraFault> = {
  DEPLOYMENT_INVALID: { blame: 'operator', retry: 'changed', text: 'the deployment file does not say what it must' },
  DEPLOYMENT_UNWRITABLE: {
    blame: 'operator',
    retry: 'changed',
    text: 'the deployment file cannot be written; nothing was deployed',
  },
  DEPLOYMENT_FAILED: { blame: 'operator', retry: 'changed', text: 'a contract could not be deployed' },
  WINDOW_TOO_SHORT: {
    blame: 'operator',
    retry: 'changed',
    text: 'a window that censorship by the L2 outlasts would leave honest parties without a say; nothing was deployed',
  },
  CHAIN_FILE_INVALID: { blame: 'operator', retry: 'changed', text: 'the file of a chain does not say what it must' },
  CHAIN_UNSUITED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the L2 is not what the preset was made for; nothing was sent',
  },
  SIMULATION_REFUSED: {
    blame: 'operator',
    retry: 'changed',
    text: 'the L2’s node does not simulate a whole deployment (eth_simulateV1); nothing was sent',
  },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class InfraError extends CodedError<InfraFault> {
  constructor(fault: InfraFault, options?: ErrorOptions) {
    super(fault, infraFaults, options)
  }
}
