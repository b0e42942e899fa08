import { type GetReputeReturnType, gatewayDomain, gatewayTypes, getRepute, type L2Client } from '@parley/client'
import { type Address, BaseError } from 'viem'
import { verifyTypedData } from 'viem/actions'
import { GatewayError } from '../faults.ts'
import { callFault } from '../relaying/l2.ts'
import type { AccountProof, ProofContext } from './proof.ts'

export interface AccountDeps {
  readonly client: L2Client
  readonly chainId: bigint
  readonly contracts: { readonly inbox: Address }
  /** Reputation contract: whom a list names that the network follows proves nothing. Nobody is looked up when left out. */
  readonly reputation?: Address
}

/** Seconds for which an account's signature counts at most: it is made for one request. */
const maxAheadSeconds = 600n

export const proofInvalid = (reason: string): GatewayError => new GatewayError({ code: 'PROOF_INVALID', reason })

/**
 * Whether an account signed these requests, smart accounts included, and no list of sybils names it.
 * @throws {GatewayError} `PROOF_INVALID`, `CALL_REFUSED`, `L2_AWAY`.
 */
export async function assertAccount(deps: AccountDeps, proof: AccountProof, context: ProofContext): Promise<void> {
  await assertSigned(deps, proof, context)
  const { client, reputation } = deps
  if (reputation !== undefined) await unlistedRepute({ client, reputation }, proof.account)
}

/** Whether an account signed these requests. @throws {GatewayError} `PROOF_INVALID`, `L2_AWAY`. */
export async function assertSigned(
  { client, chainId, contracts }: AccountDeps,
  { account, validUntil, signature }: AccountProof,
  { requestsDigest, time }: ProofContext,
): Promise<void> {
  if (validUntil < time) throw proofInvalid('the signature counts no more')
  if (validUntil > time + maxAheadSeconds) throw proofInvalid(`the signature counts for more than ${maxAheadSeconds} s`)
  const typed = {
    address: account,
    domain: gatewayDomain({ chainId, publicInbox: contracts.inbox }),
    types: gatewayTypes,
    primaryType: 'TokenRequests',
    message: { requestsDigest, validUntil },
    signature,
  } as const
  let signed: boolean
  try {
    signed = await verifyTypedData(client, typed)
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    throw new GatewayError({ code: 'L2_AWAY', reason: error.shortMessage, retryAfterMs: 1_000 }, { cause: error })
  }
  if (!signed) throw proofInvalid('the account did not sign these requests')
}

/** How an account stands that no list names. @throws {GatewayError} `PROOF_INVALID`, `CALL_REFUSED`, `L2_AWAY`. */
export async function unlistedRepute(
  { client, reputation }: { readonly client: L2Client; readonly reputation: Address },
  account: Address,
): Promise<GetReputeReturnType> {
  const repute = await asked(reputation, getRepute(client, { reputation, holder: account }))
  if (repute.listed) throw proofInvalid('a list of sybils names the account')
  return repute
}

/** What a contract answers. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
export async function asked<T>(contract: Address, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw callFault(error, contract)
  }
}
