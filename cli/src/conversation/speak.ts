import { confirm, forceMessage, getDeployment, type Receipt, signMessage } from '@parley/client'
import { type Bytes32, contentDigest, type MemberKey, type SignedMessage } from '@parley/protocol'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'
import { accepted } from './accepted.ts'
import { type Membership, membershipOf, openClients, openNode, speakingKey, verifiedMembership } from './clients.ts'
import { keepContents } from './contents.ts'

/** Sends one message; what it says stays here, and its digest goes out: to the sequencer, or past it through the L2's queue. */
export async function sendMessage(context: Context, [place = '', text = '']: readonly string[]): Promise<number> {
  const { config } = context
  const at = placeArgument('conversation', place)
  const me = speakingKey(config)
  const contents = new TextEncoder().encode(text)
  const content = contentDigest(contents)
  const said = { place, at, me, content }
  // Before it is sent: what was said and cannot be read again would be lost.
  const keep = async (): Promise<void> => {
    if (config.member.contents !== undefined) await keepContents(config.member.contents, content, contents)
  }
  return config.member.force ? forced(context, said, keep) : sequenced(context, said, keep)
}

interface Said {
  readonly place: string
  readonly at: { readonly shard: number; readonly index: number }
  readonly me: MemberKey
  readonly content: Bytes32
}

async function sequenced(context: Context, said: Said, keep: () => Promise<void>): Promise<number> {
  const { signal } = context
  const { sequencer, deployment } = await openClients(context)
  const membership = await membershipOf(sequencer, said.at, said.me, signal)
  await keep()
  const message = signed(deployment.chainId, said, membership)
  const [receipt] = await sequencer.submitMessages([message], signal)
  const { block, position } = accepted(receipt as Receipt)
  const { place: conversation, content } = said
  return tell(context, { conversation, position, block, slot: membership.slot, content })
}

/** Asks no sequencer: who is a member, a node says. */
async function forced(context: Context, said: Said, keep: () => Promise<void>): Promise<number> {
  const { config, signal } = context
  const membership = await verifiedMembership(await openNode(context), said.at, said.me, signal)
  const l2 = openL2Client(context)
  const { chainId, inboxAddress } = await getDeployment(l2, { rollup: needed(config, 'l2.rollup') })
  await keep()
  const message = signed(chainId, said, membership)
  const { transactionHash } = await confirm(l2, { hash: await forceMessage(l2, { inboxAddress, message }) })
  const { place: conversation, content } = said
  return tell(context, { conversation, forced: true, slot: membership.slot, content, transaction: transactionHash })
}

function signed(chainId: bigint, { at, me, content }: Said, { conversation, slot }: Membership): SignedMessage {
  const draft = {
    shard: at.shard,
    conversation: at.index,
    conversationId: conversation.id,
    member: slot,
    nonce: conversation.members[slot]?.nonce ?? 0n,
    content,
  }
  return signMessage(chainId, draft, me)
}
