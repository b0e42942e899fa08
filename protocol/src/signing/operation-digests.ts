import type { Bytes32 } from '../ssz/primitives.ts'
import { type ChangeMembers, enteringKeys, type Operation, OperationKind } from '../types/operation.ts'
import type { Conversation } from '../types/state.ts'
import { changeDigest, consentDigest } from './digests.ts'
import { createConversationDigest, fundDigest, reclaimDigest, withdrawDigest } from './typed-data.ts'

/** What names a deployment in signatures. */
export interface Deployment {
  readonly chainId: bigint
  /** Its EIP-712 separator. */
  readonly separator: Bytes32
}

/** What the signatures of a membership change are over, and the nonces of the slots that it moves. */
export interface ChangeDigests {
  /** The signer's, then the consents in list order. */
  readonly digests: readonly Bytes32[]
  readonly nonces: ReadonlyMap<number, bigint>
}

/** @param nonceOf - Nonce of a slot before the change; 0 for a slot that is new. */
export function changeDigests(
  chainId: bigint,
  conversationId: Bytes32,
  change: ChangeMembers,
  nonceOf: (slot: number) => bigint,
): ChangeDigests {
  const nonces = new Map<number, bigint>()
  const current = (slot: number): bigint => nonces.get(slot) ?? nonceOf(slot)
  for (const { slot } of change.remove) nonces.set(slot, current(slot) + 1n)
  const consents = enteringKeys(change).map(({ slot, key }) => {
    const nonce = current(slot)
    nonces.set(slot, nonce + 1n)
    return consentDigest(chainId, conversationId, slot, nonce, key)
  })
  return { digests: [changeDigest(chainId, conversationId, change), ...consents], nonces }
}

/**
 * The digests that an operation's signatures are over, in their order: the signer's, then the consents.
 * @param conversation - As it stands before the operation; only a membership change needs it.
 * @throws {TypeError} when a membership change comes without its conversation.
 */
export function operationDigests(
  operation: Operation,
  { chainId, separator }: Deployment,
  conversation?: Conversation,
): Bytes32[] {
  switch (operation.selector) {
    case OperationKind.createConversation: {
      const id = createConversationDigest(separator, operation.value)
      return [id, ...operation.value.members.map(({ key }, slot) => consentDigest(chainId, id, slot, 0n, key))]
    }
    case OperationKind.changeMembers:
      if (conversation === undefined) throw new TypeError('a membership change is signed over its conversation')
      return [
        ...changeDigests(chainId, conversation.id, operation.value, (slot) => conversation.members[slot]?.nonce ?? 0n)
          .digests,
      ]
    case OperationKind.fund:
      return [fundDigest(separator, operation.value)]
    case OperationKind.reclaim:
      return [reclaimDigest(separator, operation.value)]
    case OperationKind.withdraw:
      return [withdrawDigest(separator, operation.value)]
  }
}
