import { contactDirectoryAbi } from '@parley/contracts'
import type { Account, Address } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { signTyped } from '../l2/sign-typed.ts'
import { type AttributeChange, assertValidity, encodeName } from './attribute.ts'
import type { Authorization, DirectoryParameters } from './parameters.ts'
import { contactDomainName, contactTypes } from './typed-data.ts'

/** What can be decided by signature. `validity` 0 revokes the delegate; new owner 0 deactivates the identity for ever. */
export type ContactChange =
  | { readonly kind: 'register'; readonly changes: readonly AttributeChange[] }
  | { readonly kind: 'attributes'; readonly identity: Address; readonly changes: readonly AttributeChange[] }
  | {
      readonly kind: 'delegate'
      readonly identity: Address
      /** Such as `sigAuth`; 1 to 32 bytes. */
      readonly delegateType: string
      readonly delegate: Address
      /** Seconds from when it is included. */
      readonly validity: bigint
    }
  | { readonly kind: 'owner'; readonly identity: Address; readonly newOwner: Address }

export interface SignContactChangeParameters extends DirectoryParameters {
  readonly change: ContactChange
  /** Last second since 1970 at which the signature counts. */
  readonly deadline: bigint
  /** Who decides; the client's account when left out. Smart accounts sign as they do. */
  readonly account?: Account | Address
  /** The signer's next nonce; read from the directory when left out. */
  readonly nonce?: bigint
}

export type SignContactChangeReturnType = Authorization

/**
 * Signs a change, for anyone to send: a sponsor pays, the owner decides. It counts once, on this chain, for this directory.
 * @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`, `L2_UNAVAILABLE`.
 * @see docs/spec/contacts.md#signatures
 */
export async function signContactChange(
  client: L2Client,
  parameters: SignContactChangeParameters,
): Promise<SignContactChangeReturnType> {
  const { directory, change, deadline } = parameters
  const account = accountOf(client, parameters.account)
  const signer = addressOf(account)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  const nonce = parameters.nonce ?? (await read(client, { ...call, functionName: 'nonce', args: [signer] }))
  const { primaryType, message } = typedChange(change)
  const signed = { ...message, signer, nonce, deadline }
  const typed = { name: contactDomainName, contract: directory, types: contactTypes, primaryType, message: signed }
  return { signer, deadline, signature: await signTyped(client, account, typed) }
}

function typedChange(change: ContactChange): { primaryType: keyof typeof contactTypes; message: object } {
  if (change.kind !== 'register') assertAddress('identity', change.identity)
  switch (change.kind) {
    case 'register':
      return { primaryType: 'Register', message: { changes: change.changes } }
    case 'attributes':
      return { primaryType: 'ChangeAttributes', message: { identity: change.identity, changes: change.changes } }
    case 'delegate': {
      const { identity, delegate, validity } = change
      if (validity !== 0n) assertValidity(validity)
      assertAddress('delegate', delegate)
      const delegateType = encodeName('delegateType', change.delegateType)
      return { primaryType: 'ChangeDelegate', message: { identity, delegateType, delegate, validity } }
    }
    case 'owner':
      assertAddress('newOwner', change.newOwner)
      return { primaryType: 'ChangeOwner', message: { identity: change.identity, newOwner: change.newOwner } }
  }
}
