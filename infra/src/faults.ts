import { CodedError, type FaultTable } from '@parley/protocol'

export type InfraFault =
  | { code: 'PROCESS_EXITED'; command: string; reason: string; lastLines: readonly string[] }
  | { code: 'PROCESS_NOT_READY'; command: string; waitedMs: number; lastLines: readonly string[] }
  | { code: 'CHAIN_MISMATCH'; expected: bigint; received: bigint }
  | { code: 'PREDEPLOY_REFUSED'; step: string; reason: string }
  | { code: 'DEPLOYMENT_INVALID'; field: string; reason: string }
  | { code: 'DEPLOYMENT_FAILED'; contract: string; reason: string }
  | { code: 'OPTION_INVALID'; field: string; reason: string }

export const infraFaults: FaultTable<InfraFault> = {
  PROCESS_EXITED: { blame: 'operator', retry: 'changed', text: 'a process ended before it was stopped' },
  PROCESS_NOT_READY: { blame: 'operator', retry: 'later', text: 'a process did not become ready in time' },
  CHAIN_MISMATCH: { blame: 'operator', retry: 'changed', text: 'the chain is not the one expected' },
  PREDEPLOY_REFUSED: { blame: 'defect', retry: 'never', text: 'the development L2 refused a predeploy' },
  DEPLOYMENT_INVALID: { blame: 'operator', retry: 'changed', text: 'the deployment file does not say what it must' },
  DEPLOYMENT_FAILED: { blame: 'operator', retry: 'changed', text: 'a contract could not be deployed' },
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class InfraError extends CodedError<InfraFault> {
  constructor(fault: InfraFault, options?: ErrorOptions) {
    super(fault, infraFaults, options)
  }
}
