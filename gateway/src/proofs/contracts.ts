import { getStake } from '@parley/client'
import type { Address } from 'viem'
import { type AccountDeps, asked, assertAccount, assertSigned, proofInvalid, unlistedRepute } from './account.ts'
import type { AccountProof, ProofVerifier, Tier } from './proof.ts'

export interface StakeBounds {
  /** Wei of stake from which on an account is of the tier. */
  readonly middle: bigint
  readonly high: bigint
}

/** An account that has money at stake with the network. */
export function stakeProof(
  deps: AccountDeps & { readonly vault: Address },
  { middle, high }: StakeBounds,
): ProofVerifier<AccountProof> {
  return {
    async verify(proof, context) {
      await assertAccount(deps, proof, context)
      const { staked } = await asked(deps.vault, getStake(deps.client, { vault: deps.vault, holder: proof.account }))
      if (staked < middle) throw proofInvalid(`the account has ${staked} wei at stake, at least ${middle} are needed`)
      return { subject: `account ${proof.account.toLowerCase()}`, tier: staked >= high ? 'high' : 'middle' }
    },
  }
}

/** An account that the network knows: by its age, or by who vouches for it. */
export function reputeProof(
  deps: AccountDeps & { readonly reputation: Address },
  minAgeSeconds: bigint,
): ProofVerifier<AccountProof> {
  return {
    async verify(proof, context) {
      await assertSigned(deps, proof, context)
      const { registeredAt, attestedUntil } = await unlistedRepute(deps, proof.account)
      const tier: Tier = attestedUntil > context.time ? 'middle' : 'low'
      const isOld = registeredAt !== 0n && registeredAt + minAgeSeconds <= context.time
      if (tier === 'low' && !isOld)
        throw proofInvalid(`the account is not registered for ${minAgeSeconds} s, and nobody vouches for it`)
      // Gateways pay for registrations: who is only old has paid nothing.
      return { subject: `account ${proof.account.toLowerCase()}`, tier, isFree: tier === 'low' }
    },
  }
}
