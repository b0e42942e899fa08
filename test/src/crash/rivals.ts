import { signMessage } from '@parley/client'
import { inboxAbi } from '@parley/contracts'
import type { Stack } from '@parley/lab'
import { bytesToHex, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Acknowledged, isMessage } from './acknowledged.ts'

/** Members that say something else at once; not every one of them is in time. */
const most = 6

/**
 * Queues, on the L2, another message under the nonce of each of the latest acknowledged ones. As long as the acknowledged
 * ones count, these are skipped. When a removal voids those, the queue is taken first, and they fall.
 */
export async function contradict(stack: Stack, chainId: bigint, { latest }: Acknowledged): Promise<void> {
  const account = privateKeyToAccount(bytesToHex(stack.users[1] as Uint8Array))
  const wallet = createWalletClient({ account, transport: http(stack.places.l2Url) })
  const address = bytesToHex(stack.deployment.inbox)
  for (const { sent, offer } of [...latest.values()].slice(-most)) {
    const { talk } = offer
    const seat = [...talk.seats.values()].find(({ slot }) => isMessage(sent) && slot === sent.member)
    if (!isMessage(sent) || seat === undefined) continue
    const { shard, conversation, member, nonce } = sent
    const content = sent.content.map((byte) => byte ^ 0xff)
    const place = { shard, conversation, conversationId: talk.id, member, nonce }
    const { signature } = signMessage(chainId, { ...place, content }, seat.key)
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) => bytesToHex(half))
    await wallet.writeContract({
      address,
      abi: inboxAbi,
      functionName: 'forceMessage',
      args: [
        shard,
        { conversation, member, content: bytesToHex(content) },
        { r: r as `0x${string}`, s: s as `0x${string}` },
      ],
      chain: null,
    })
  }
}
