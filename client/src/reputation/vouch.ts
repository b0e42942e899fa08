import { reputationAbi } from '@parley/contracts'
import type { Account, Address, Hash, Hex } from 'viem'
import { type AttestedTerm, signAttestation } from '../gates/sign-attestation.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'

/** That an attester whom the network trusts vouches for an account, for at most two years. */
export interface Voucher extends AttestedTerm {
  readonly attester: Address
  readonly signature: Hex
}

export interface SignVoucherParameters extends AttestedTerm {
  /** Address of the reputation contract. */
  readonly reputation: Address
  /** The attester; the client's account when left out. */
  readonly account?: Account | Address
}

export type SignVoucherReturnType = Voucher

/** Vouches for an account, for anyone to post. @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_INVALID`, `L2_UNAVAILABLE`. */
export async function signVoucher(client: L2Client, parameters: SignVoucherParameters): Promise<SignVoucherReturnType> {
  const { reputation, subject, issuedAt, expiresAt } = parameters
  const account = accountOf(client, parameters.account)
  const term = { subject, issuedAt, expiresAt }
  const contract = { name: 'Parley Reputation', contract: reputation }
  return { attester: addressOf(account), ...term, signature: await signAttestation(client, account, contract, term) }
}

export interface PostVoucherParameters extends WriteParameters {
  /** Address of the reputation contract. */
  readonly reputation: Address
  readonly voucher: Voucher
}

/**
 * Has the network take note that somebody vouches for an account; anyone may.
 * @throws {ClientError} `CONTRACT_REFUSED` (`Reputation_NotAttester`, `Reputation_QuotaUsed`,
 * `Reputation_AttestationNotInForce`), and what every writing action throws.
 */
export async function postVoucher(client: L2Client, parameters: PostVoucherParameters): Promise<Hash> {
  const { attester, subject, issuedAt, expiresAt, signature } = parameters.voucher
  const args = [attester, subject, issuedAt, expiresAt, signature] as const
  const call = { address: parameters.reputation, abi: reputationAbi } as const
  return write(client, { ...call, functionName: 'attest', args }, parameters)
}
