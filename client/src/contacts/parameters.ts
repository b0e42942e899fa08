import type { Address, Hex } from 'viem'
import type { WriteParameters } from '../l2/client.ts'

/** Lets somebody else send what `signer` decided. */
export interface Authorization {
  readonly signer: Address
  /** Last second since 1970 at which it counts. */
  readonly deadline: bigint
  /** Of an EOA, by ERC-1271 of a contract, or wrapped by ERC-6492 for one that is not deployed yet; never looked into here. */
  readonly signature: Hex
}

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
