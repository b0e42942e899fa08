import {
  type ChangeMembers,
  type Conversation,
  changeDigest,
  enteringKeys,
  entriesOf,
  limits,
  type MemberKey,
  OperationKind,
  type SignedOperation,
  signDigest,
} from '@parley/protocol/light'
import type { Consent } from './conversation.ts'
import { assertBetween } from './message.ts'

/**
 * Builds and signs a change of a conversation's members.
 * @param conversation - As it stands: gives the id and the nonces of slots that are filled again.
 * @param signer - Key of the slot `change.signer`: an admin, or a member that only removes itself or only
 *   exchanges its key.
 * @param change - Whom it adds speaks at once if it gets an allowance, which is taken from the signer's.
 * @param consents - One per key that enters: those of `change.add` in order, then that of `change.exchange`.
 * @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`, and what a consent throws.
 */
export async function buildChangeMembers(
  chainId: bigint,
  conversation: Conversation,
  change: ChangeMembers,
  signer: MemberKey,
  consents: readonly Consent[],
): Promise<SignedOperation> {
  const entering = enteringKeys(change)
  assertBetween('entries', entriesOf(change), 1, limits.entriesPerOperation)
  assertBetween('exchange', change.exchange.length, 0, 1)
  assertBetween('consents', consents.length, entering.length, entering.length)
  const signatures = [signDigest(signer.secret, changeDigest(chainId, conversation.id, change))]
  for (const [i, { slot }] of entering.entries()) {
    const consent = consents[i] as Consent
    signatures.push(await consent(conversation.id, slot, nonceWhenEntered(conversation, change, slot)))
  }
  return { operation: { selector: OperationKind.changeMembers, value: change }, signatures }
}

/** Nonce of a slot when a key enters it: a slot emptied by the same change has moved on by one. */
function nonceWhenEntered(conversation: Conversation, change: ChangeMembers, slot: number): bigint {
  const held = conversation.members[slot]?.nonce ?? 0n
  return change.remove.some((removed) => removed.slot === slot) ? held + 1n : held
}
