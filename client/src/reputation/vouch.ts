import { reputationAbi } from '@parley/contracts'
import type { Account, Address, Hash, Hex } from 'viem'
import { getChainId, signTypedData } from 'viem/actions'
import { attestationTypes } from '../gates/attestation-types.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { demandAddress } from '../l2/demand.ts'
import { noAnswer } from '../l2/failures.ts'
import { write } from '../l2/write.ts'

/** That an attester whom the network trusts vouches for an account. */
export interface Voucher {
  readonly attester: Address
  readonly subject: Address
  /** Seconds since 1970 from which on it counts. */
  readonly issuedAt: bigint
  /** Seconds since 1970 at which it ceases to count, at most two years later. */
  readonly expiresAt: bigint
  readonly signature: Hex
}

export interface SignVoucherParameters extends Omit<Voucher, 'attester' | 'signature'> {
  /** Address of the reputation contract. */
  readonly reputation: Address
  /** The attester; the client's account when left out. */
  readonly account?: Account | Address
}

export type SignVoucherReturnType = Voucher

/** Vouches for an account, for anyone to post. @throws {ClientError} `ACCOUNT_MISSING`, `ARGUMENT_INVALID`, `L2_UNAVAILABLE`. */
export async function signVoucher(client: L2Client, parameters: SignVoucherParameters): Promise<SignVoucherReturnType> {
  const { reputation, subject, issuedAt, expiresAt } = parameters
  demandAddress('subject', subject)
  const account = accountOf(client, parameters.account)
  try {
    const chainId = client.chain?.id ?? (await getChainId(client))
    const signature = await signTypedData(client, {
      account,
      domain: { name: 'Parley Reputation', version: '1', chainId, verifyingContract: reputation },
      types: attestationTypes,
      primaryType: 'Attestation',
      message: { subject, issuedAt, expiresAt },
    })
    return { attester: addressOf(account), subject, issuedAt, expiresAt, signature }
  } catch (error) {
    throw noAnswer(error)
  }
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
