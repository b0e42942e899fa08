import { randomBytes } from 'node:crypto'
import { waitFor } from '@parley/cli/roles'
import { createNodeClient, createSequencerClient, type Deployment, type L2Client, signMessage } from '@parley/client'
import { inboxAbi } from '@parley/contracts'
import type { Room } from '@parley/messaging'
import { type MemberKey, memberKey, sameBytes } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { type Address, bytesToHex } from 'viem'
import { readContract } from 'viem/actions'
import type { MessagingStack } from './stage.ts'
import { expectThat } from './steps.ts'

/** Who looks at the L3 itself, past the messengers. */
export interface Onlookers {
  readonly client: L2Client
  readonly chain: Deployment
  readonly queue: Address
  readonly sequencer: ReturnType<typeof createSequencerClient>
  readonly node: ReturnType<typeof createNodeClient>
  readonly clock: Clock
}

export function onlookersOf(stack: MessagingStack, client: L2Client, clock: Clock): Onlookers {
  const { places, deployment } = stack
  const { sequencerUrl, nodeUrl, rollup } = places
  return {
    client,
    chain: deployment,
    queue: bytesToHex(deployment.inbox),
    sequencer: createSequencerClient({ url: sequencerUrl }),
    node: createNodeClient({ url: nodeUrl as string, l2: { client, rollup } }, deployment),
    clock,
  }
}

/** A message of a slot, signed by a key that may not be the slot's. */
export async function messageBy(onlookers: Onlookers, room: Room, slot: number, key: MemberKey) {
  const { shard, index: conversation } = room.place
  const standing = await onlookers.sequencer.conversation(shard, conversation)
  const nonce = standing?.members[slot]?.nonce ?? 0n
  const content = new Uint8Array(randomBytes(32))
  const draft = { shard, conversation, conversationId: room.id, member: slot, nonce, content }
  return signMessage(onlookers.chain.chainId, draft, key)
}

/** Code by which the sequencer refuses a message. */
export async function refusedBySequencer(
  onlookers: Onlookers,
  room: Room,
  slot: number,
  key: MemberKey = memberKey(new Uint8Array(randomBytes(32))),
): Promise<string> {
  const [receipt] = await onlookers.sequencer.submitMessages([await messageBy(onlookers, room, slot, key)])
  expectThat(receipt !== undefined && !receipt.accepted, 'the sequencer refuses it')
  return receipt.refusal
}

/** Items that were put into the L2's queue so far. */
export const queued = ({ client, queue }: Onlookers): Promise<bigint> =>
  readContract(client, { address: queue, abi: inboxAbi, functionName: 'count' })

/** Waits until a block has taken so many items of the queue, and the verifying node has that block. @returns its number. */
export async function taken(onlookers: Onlookers, items: bigint, signal: AbortSignal): Promise<bigint> {
  const { sequencer, node, clock } = onlookers
  const wait = { clock, everyMs: 250, withinMs: 600_000 }
  const block = await waitFor(
    'the queue to be taken',
    async () => {
      const head = await sequencer.block('latest', signal)
      return head !== undefined && head.block.header.inboxCount >= items ? head.block.header.number : undefined
    },
    wait,
    signal,
  )
  await waitFor(
    'the node to have the block',
    async () => ((await node.status(signal)).block >= block ? true : undefined),
    wait,
    signal,
  )
  return block
}

/** Whether the record of a conversation, as the node proves it, has a message with a content. */
export async function isInRecord(onlookers: Onlookers, room: Room, content: Uint8Array): Promise<boolean> {
  const { shard, index } = room.place
  const found = await onlookers.node.completeConversation(shard, index)
  expectThat(found !== undefined, 'the node has the conversation')
  return found.record.some((entry) => entry.kind === 'message' && sameBytes(entry.content, content))
}
