import type { Address } from 'viem'

/** What every action on a gate takes. */
export interface GateParameters {
  /** Address of the gate. */
  readonly gate: Address
}
