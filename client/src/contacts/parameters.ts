import type { Address } from 'viem'
import type { WriteParameters } from '../l2/client.ts'
import type { Authorization } from './sign.ts'

/** What every action on the contact directory takes. */
export interface DirectoryParameters {
  /** Address of the contact directory. */
  readonly directory: Address
}

/** What every change of an identity takes. */
export interface ChangeParameters extends DirectoryParameters, WriteParameters {
  /** Whose bundle is changed. */
  readonly identity: Address
  /**
   * The decision of an owner or delegate, made with `signContactChange`; whoever sends only pays. Without it the sender itself
   * must be allowed to.
   */
  readonly authorization?: Authorization
}
