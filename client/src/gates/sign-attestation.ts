import type { Account, Address, Hex } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import { addressOf, type L2Client } from '../l2/client.ts'
import { signTyped, type Typed } from '../l2/sign-typed.ts'

/** Whom an attester vouches for, and when. */
export interface AttestedTerm {
  readonly subject: Address
  /** Seconds since 1970 from which on it counts. */
  readonly issuedAt: bigint
  /** Seconds since 1970 at which it ceases to count. */
  readonly expiresAt: bigint
}

const types = {
  Attestation: [
    { name: 'attester', type: 'address' },
    { name: 'subject', type: 'address' },
    { name: 'issuedAt', type: 'uint64' },
    { name: 'expiresAt', type: 'uint64' },
  ],
} as const

/** Signs what attesters say, to the gate and to the network alike. @throws {ClientError} `ARGUMENT_INVALID`, `L2_UNAVAILABLE`. */
export async function signAttestation(
  client: L2Client,
  account: Account | Address,
  contract: Pick<Typed, 'name' | 'contract'>,
  term: AttestedTerm,
): Promise<Hex> {
  assertAddress('subject', term.subject)
  const message = { attester: addressOf(account), ...term }
  return signTyped(client, account, { ...contract, types, primaryType: 'Attestation', message })
}
