import {
  type ChangeMembers,
  type Conversation,
  changeDigest,
  limits,
  type MemberKey,
  OperationKind,
  type SignedOperation,
  signDigest,
} from '@parley/protocol'
import type { Consent } from './conversation.ts'
import { demandBetween } from './message.ts'

/**
 * Builds and signs a change of a conversation's members.
 * @param conversation - As it stands: gives the id and the nonces of slots that are filled again.
 * @param signer - Key of the slot `change.signer`: an admin, or a member that only removes itself.
 * @param consents - One an added key, in the order of `change.add`.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, and what a consent throws.
 */
export async function buildChangeMembers(
  chainId: bigint,
  conversation: Conversation,
  change: ChangeMembers,
  signer: MemberKey,
  consents: readonly Consent[],
): Promise<SignedOperation> {
  const entries = change.remove.length + change.roles.length + change.add.length
  demandBetween('entries', entries, 1, limits.entriesPerOperation)
  demandBetween('consents', consents.length, change.add.length, change.add.length)
  const signatures = [signDigest(signer.secret, changeDigest(chainId, conversation.id, change))]
  for (const [i, { slot }] of change.add.entries()) {
    const consent = consents[i] as Consent
    signatures.push(await consent(conversation.id, slot, nonceWhenAdded(conversation, change, slot)))
  }
  return { operation: { selector: OperationKind.changeMembers, value: change }, signatures }
}

/** Nonce of a slot when it is filled: a slot emptied by the same change has moved on by one. */
function nonceWhenAdded(conversation: Conversation, change: ChangeMembers, slot: number): bigint {
  const held = conversation.members[slot]?.nonce ?? 0n
  return change.remove.some((removed) => removed.slot === slot) ? held + 1n : held
}
