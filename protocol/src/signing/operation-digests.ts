import type { Bytes32 } from '../ssz/primitives.ts'
import { type ChangeMembers, type Operation, OperationKind } from '../types/operation.ts'
import type { Conversation } from '../types/state.ts'
import { changeDigest, consentDigest } from './digests.ts'
import { createConversationDigest, fundDigest, reclaimDigest, withdrawDigest } from './typed-data.ts'

/** What names a deployment in signatures. */
export interface Deployment {
  readonly chainId: bigint
  /** Its EIP-712 separator. */
  readonly separator: Bytes32
}

function changeDigests(change: ChangeMembers, conversation: Conversation, chainId: bigint): Bytes32[] {
  const nonces = new Map<number, bigint>()
  const nonceOf = (slot: number): bigint => nonces.get(slot) ?? conversation.members[slot]?.nonce ?? 0n
  for (const { slot } of change.remove) nonces.set(slot, nonceOf(slot) + 1n)
  const consents = change.add.map(({ slot, key }) => {
    const nonce = nonceOf(slot)
    nonces.set(slot, nonce + 1n)
    return consentDigest(chainId, conversation.id, slot, nonce, key)
  })
  return [changeDigest(chainId, conversation.id, change), ...consents]
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
      return changeDigests(operation.value, conversation, chainId)
    case OperationKind.fund:
      return [fundDigest(separator, operation.value)]
    case OperationKind.reclaim:
      return [reclaimDigest(separator, operation.value)]
    case OperationKind.withdraw:
      return [withdrawDigest(separator, operation.value)]
  }
}
