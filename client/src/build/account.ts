import {
  domainSeparator,
  type Fund,
  fundDigest,
  OperationKind,
  type Reclaim,
  reclaimDigest,
  type SignedOperation,
  type Withdraw,
  withdrawDigest,
} from '@parley/protocol/light'
import type { Deployment } from './conversation.ts'
import type { OwnerSigner } from './signer.ts'

const separatorOf = ({ chainId, inbox }: Deployment): Uint8Array => domainSeparator(chainId, inbox)

/** Builds and signs a payment into a member's allowance. */
export async function buildFund(deployment: Deployment, fund: Fund, owner: OwnerSigner): Promise<SignedOperation> {
  const signature = await owner.sign(fundDigest(separatorOf(deployment), fund))
  return { operation: { selector: OperationKind.fund, value: fund }, signatures: [signature] }
}

/** Builds and signs taking an allowance back to the account that sponsors it. */
export async function buildReclaim(
  deployment: Deployment,
  reclaim: Reclaim,
  owner: OwnerSigner,
): Promise<SignedOperation> {
  const signature = await owner.sign(reclaimDigest(separatorOf(deployment), reclaim))
  return { operation: { selector: OperationKind.reclaim, value: reclaim }, signatures: [signature] }
}

/** Builds and signs a withdrawal; it is paid on the L2 against a proof of the account in a final state. */
export async function buildWithdraw(
  deployment: Deployment,
  withdraw: Withdraw,
  owner: OwnerSigner,
): Promise<SignedOperation> {
  const signature = await owner.sign(withdrawDigest(separatorOf(deployment), withdraw))
  return { operation: { selector: OperationKind.withdraw, value: withdraw }, signatures: [signature] }
}
