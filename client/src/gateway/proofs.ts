import type { gatewayProof, ValueOf } from '@parley/api'
import { type Account, type Address, type Hex, hexToBytes } from 'viem'
import { signTypedData } from 'viem/actions'
import { accountOf, addressOf, type L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { type GatewayChain, gatewayDomain, gatewayTypes } from './promise.ts'

/** An account's signature over blinded requests. */
export interface GatewayAccountProof {
  readonly account: Address
  /** The L2's time, seconds, until which it counts; at most ten minutes ahead. */
  readonly validUntil: bigint
  readonly signature: Hex
}

/** What shows a gateway that somebody is somebody. */
export type GatewayProof =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'stake' | 'repute' } & GatewayAccountProof)
  | ({ readonly kind: 'name'; readonly name: string } & GatewayAccountProof)
  | ({
      readonly kind: 'attestation'
      readonly attester: Address
      readonly issuedAt: bigint
      readonly expiresAt: bigint
      readonly attestation: Hex
    } & GatewayAccountProof)
  | { readonly kind: 'jwt'; readonly token: string }

type ProofValue = ValueOf<typeof gatewayProof>

const accountValue = ({ account, validUntil, signature }: GatewayAccountProof) => ({
  account: hexToBytes(account),
  validUntil,
  signature: hexToBytes(signature),
})

export function gatewayProofValue(proof: GatewayProof): ProofValue {
  switch (proof.kind) {
    case 'none':
      return { kind: 'none', value: {} }
    case 'stake':
    case 'repute':
      return { kind: proof.kind, value: accountValue(proof) }
    case 'name':
      return { kind: 'name', value: { ...accountValue(proof), name: proof.name } }
    case 'attestation':
      return {
        kind: 'attestation',
        value: {
          ...accountValue(proof),
          attester: hexToBytes(proof.attester),
          issuedAt: proof.issuedAt,
          expiresAt: proof.expiresAt,
          attestation: hexToBytes(proof.attestation),
        },
      }
    case 'jwt':
      return { kind: 'jwt', value: { token: proof.token } }
  }
}

export interface SignTokenRequestsParameters extends GatewayChain {
  readonly requestsDigest: Hex
  readonly validUntil: bigint
  /** The client's account when left out. */
  readonly account?: Account | Address
}

/** Signs blinded requests as an account: what stake, repute, names and attestations are shown with. @throws {ClientError} `ACCOUNT_MISSING`. */
export async function signTokenRequests(
  client: L2Client,
  { requestsDigest, validUntil, account, ...chain }: SignTokenRequestsParameters,
): Promise<GatewayAccountProof> {
  const signer = accountOf(client, account)
  const message = { requestsDigest, validUntil }
  const typed = { domain: gatewayDomain(chain), types: gatewayTypes, primaryType: 'TokenRequests', message } as const
  try {
    const signature = await signTypedData(client, { account: signer, ...typed } as never)
    return { account: addressOf(signer), validUntil, signature }
  } catch (error) {
    throw noAnswer(error)
  }
}
