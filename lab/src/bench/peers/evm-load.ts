import { messageLogAbi } from '@parley/contracts/bench'
import { type Address, bytesToHex, encodeFunctionData, type Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { deriveScalar } from '../../load/seeded.ts'
import { deriveLoad, type PeerMessage, peerConversations } from './messages.ts'

export const evmChainId = 902
/** Enough for a message, and few enough for many to fit a block. */
const gasPerMessage = 120_000n
const gasPrice = 10n ** 9n

/** Members of all conversations, each with the key that it has with Parley. */
export function evmMembers(seed: string): PrivateKeyAccount[][] {
  const derive = deriveLoad(seed)
  return Array.from({ length: peerConversations }, (_, conversation) =>
    [0, 1].map((slot) => privateKeyToAccount(bytesToHex(deriveScalar(derive, 'key', conversation, slot)))),
  )
}

/** Signs a transaction for each message. */
export function signTransactions(
  messages: readonly PeerMessage[],
  members: readonly (readonly PrivateKeyAccount[])[],
  to: Address,
): Promise<Hex[]> {
  return Promise.all(
    messages.map(({ conversation, member, nonce, content }) => {
      const args = [BigInt(conversation), bytesToHex(content)] as const
      const data = encodeFunctionData({ abi: messageLogAbi, functionName: 'send', args })
      const account = members[conversation]?.[member] as PrivateKeyAccount
      const fields = { type: 'legacy', chainId: evmChainId, to, data, nonce, gas: gasPerMessage, gasPrice } as const
      return account.signTransaction(fields)
    }),
  )
}
