import { publicInboxAbi } from '@parley/contracts'
import { type Account, type Address, type Hash, type Hex, zeroAddress } from 'viem'
import type { Authorization } from '../contacts/parameters.ts'
import { assertAddress, assertBytes } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client } from '../l2/client.ts'
import { signTyped } from '../l2/sign-typed.ts'
import { write } from '../l2/write.ts'
import { missingCredit, type SendInviteParameters } from './invite.ts'
import { type InboxParameters, requestOf } from './parameters.ts'

/** EIP-712 type of an invite that somebody else sends. @see docs/spec/invites.md#delivery */
const inviteTypes = {
  Invite: [
    { name: 'sender', type: 'address' },
    { name: 'recipient', type: 'address' },
    { name: 'contentDigest', type: 'bytes32' },
    { name: 'relayer', type: 'address' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

export interface SignInviteParameters extends InboxParameters {
  readonly recipient: Address
  /** SHA-256 of the encrypted envelope, 32 bytes. */
  readonly contentDigest: Hex
  /** Who alone may relay; anyone when left out. */
  readonly relayer?: Address
  /** Last second since 1970 at which the signature counts. */
  readonly deadline: bigint
  /** Who invites as the chain sees it: a key made for the purpose keeps the sender hidden. The client's account when left out. */
  readonly account?: Account | Address
}

export type SignInviteReturnType = Authorization

/**
 * Signs an invite for a gateway to relay. The signature binds the envelope and the account that signs, and works once.
 * @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`, `L2_UNAVAILABLE`.
 */
export async function signInvite(client: L2Client, parameters: SignInviteParameters): Promise<SignInviteReturnType> {
  const { inbox, recipient, contentDigest, relayer = zeroAddress, deadline } = parameters
  assertAddress('recipient', recipient)
  assertAddress('relayer', relayer)
  assertBytes('contentDigest', contentDigest, 32, 32)
  const account = accountOf(client, parameters.account)
  const message = { sender: addressOf(account), recipient, contentDigest, relayer, deadline }
  const typed = { name: 'Parley PublicInbox', contract: inbox, types: inviteTypes, primaryType: 'Invite', message }
  return { signer: addressOf(account), deadline, signature: await signTyped(client, account, typed) }
}

export interface RelayInviteParameters extends SendInviteParameters {
  /** Who alone may relay, as signed; anyone when left out. */
  readonly relayer?: Address
  readonly authorization: Authorization
}

/**
 * Sends an invite that somebody else signed; the account pays.
 * @throws {ClientError} `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, `INVITE_NOT_RELAYER`, and what `invite` throws.
 */
export async function relayInvite(client: L2Client, parameters: RelayInviteParameters): Promise<Hash> {
  const { inbox, relayer = zeroAddress, authorization } = parameters
  const request = requestOf(parameters)
  const value = parameters.value ?? (await missingCredit(client, parameters))
  const call = { address: inbox, abi: publicInboxAbi, value } as const
  return write(client, { ...call, functionName: 'relay', args: [{ request, relayer, authorization }] }, parameters)
}
