import { type Address, isAddressEqual } from 'viem'
import { type AccountDeps, assertAccount, proofInvalid } from './account.ts'
import type { AccountProof, ProofVerifier } from './proof.ts'

/** Where names of accounts are looked up, such as ENS on the L1. */
export interface Names {
  /** Undefined when nobody has the name. */
  addressOf(name: string, signal: AbortSignal): Promise<Address | undefined>
}

/** A name that somebody pays for, by the account that it leads to. */
export type NameProof = AccountProof & { readonly name: string }

const maxNameLength = 255

/** One name is one somebody: whoever has many accounts pays for many names. */
export function nameProof(deps: AccountDeps & { readonly names: Names }): ProofVerifier<NameProof> {
  return {
    async verify(proof, context) {
      const { name, account } = proof
      if (name.length > maxNameLength) throw proofInvalid(`the name is longer than ${maxNameLength} characters`)
      await assertAccount(deps, proof, context)
      const holder = await deps.names.addressOf(name, context.signal)
      if (holder === undefined || !isAddressEqual(holder, account))
        throw proofInvalid('the name leads to another account')
      return { subject: `name ${name.toLowerCase()}`, tier: 'low' }
    },
  }
}
