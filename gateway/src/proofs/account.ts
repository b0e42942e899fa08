import { gatewayDomain, gatewayTypes, type L2Client } from '@parley/client'
import { type Address, BaseError } from 'viem'
import { verifyTypedData } from 'viem/actions'
import { GatewayError } from '../faults.ts'
import type { AccountProof, ProofContext } from './proof.ts'

export interface AccountDeps {
  readonly client: L2Client
  readonly chainId: bigint
  readonly contracts: { readonly inbox: Address }
}

/** Seconds for which an account's signature counts at most: it is made for one request. */
const maxAheadSeconds = 600n

export const proofInvalid = (reason: string): GatewayError => new GatewayError({ code: 'PROOF_INVALID', reason })

/** Whether an account signed these requests, smart accounts included. @throws {GatewayError} `PROOF_INVALID`, `L2_AWAY`. */
export async function assertAccount(
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
