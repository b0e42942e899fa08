import {
  type Bytes32,
  type ChainConfig,
  type CreateConversation,
  consentDigest,
  createConversationDigest,
  domainSeparator,
  limits,
  type MemberKey,
  OperationKind,
  type Signature,
  type SignedOperation,
  signDigest,
} from '@parley/protocol/light'
import { assertBetween } from './message.ts'
import type { OwnerSigner } from './signer.ts'

/** What names a deployment in signatures. */
export type Deployment = Pick<ChainConfig, 'chainId' | 'inbox'>

/** Gives the consent of one key to be put into `slot`: of a key at hand, or by asking whoever holds it. */
export type Consent = (conversationId: Bytes32, slot: number, nonce: bigint) => Signature | Promise<Signature>

/** Id that a conversation will have once `create` is accepted. */
export function conversationId(deployment: Deployment, create: CreateConversation): Bytes32 {
  return createConversationDigest(domainSeparator(deployment.chainId, deployment.inbox), create)
}

/** Consents with a key at hand. */
export function consentOf(chainId: bigint, key: MemberKey): Consent {
  return (id, slot, nonce) => signDigest(key.secret, consentDigest(chainId, id, slot, nonce, key.key))
}

/**
 * Builds and signs the creation of a conversation.
 * @param consents - One a member, in the order of `create.members`.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, and what a consent or the owner throws.
 */
export async function buildCreateConversation(
  deployment: Deployment,
  create: CreateConversation,
  owner: OwnerSigner,
  consents: readonly Consent[],
): Promise<SignedOperation> {
  assertBetween('members', create.members.length, 1, limits.entriesPerOperation)
  assertBetween('consents', consents.length, create.members.length, create.members.length)
  const id = conversationId(deployment, create)
  const signatures = [await owner.sign(id)]
  for (const [slot, consent] of consents.entries()) signatures.push(await consent(id, slot, 0n))
  return { operation: { selector: OperationKind.createConversation, value: create }, signatures }
}
