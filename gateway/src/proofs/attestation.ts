import { type Address, isAddressEqual, recoverTypedDataAddress } from 'viem'
import { type AccountDeps, assertAccount, proofInvalid } from './account.ts'
import type { AccountProof, ProofVerifier } from './proof.ts'

/** What an attester signed about an account, as the AttestationGate takes it. @see docs/spec/invites.md */
export interface AttestationProof extends AccountProof {
  readonly attester: Address
  readonly issuedAt: bigint
  readonly expiresAt: bigint
  readonly attestation: `0x${string}`
}

export interface AttestationDeps extends AccountDeps {
  /** The gate that attestations are made for. */
  readonly gate: Address
  /** Whom the operator believes. */
  readonly attesters: readonly Address[]
}

const types = {
  Attestation: [
    { name: 'attester', type: 'address' },
    { name: 'subject', type: 'address' },
    { name: 'issuedAt', type: 'uint64' },
    { name: 'expiresAt', type: 'uint64' },
  ],
} as const

/** An account that an attester vouches for whom the operator believes. */
export function attestationProof(deps: AttestationDeps): ProofVerifier<AttestationProof> {
  const { gate, attesters, chainId } = deps
  return {
    async verify(proof, context) {
      const { account, attester, issuedAt, expiresAt, attestation } = proof
      if (!attesters.some((known) => isAddressEqual(known, attester)))
        throw proofInvalid('the attester is not known here')
      if (issuedAt > context.time || expiresAt <= context.time) throw proofInvalid('the attestation does not count now')
      await assertAccount(deps, proof, context)
      const typed = {
        domain: { name: 'Parley AttestationGate', version: '1', chainId, verifyingContract: gate },
        types,
        primaryType: 'Attestation',
        message: { attester, subject: account, issuedAt, expiresAt },
      } as const
      const signer = await recoverTypedDataAddress({ ...typed, signature: attestation }).catch(() => undefined)
      if (signer === undefined || !isAddressEqual(signer, attester))
        throw proofInvalid('the attester did not sign this')
      return { subject: `account ${account.toLowerCase()}`, tier: 'middle' }
    },
  }
}
