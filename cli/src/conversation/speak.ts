import { type Receipt, signMessage } from '@parley/client'
import { contentDigest } from '@parley/protocol'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import type { Context } from '../process/context.ts'
import { accepted } from './accepted.ts'
import { membershipOf, openClients, speakingKey } from './clients.ts'
import { keepContents } from './contents.ts'

/** Sends one message; what it says stays here, and its digest goes out. */
export async function sendMessage(context: Context, [place, text = '']: readonly string[]): Promise<number> {
  const { config, signal } = context
  const at = placeArgument('conversation', place)
  const { sequencer, deployment } = await openClients(context)
  const me = speakingKey(config)
  const { conversation, slot } = await membershipOf(sequencer, at, me, signal)
  const contents = new TextEncoder().encode(text)
  const content = contentDigest(contents)
  // Before it is sent: what was said and cannot be read again would be lost.
  if (config.member.contents !== undefined) await keepContents(config.member.contents, content, contents)
  const draft = {
    shard: at.shard,
    conversation: at.index,
    conversationId: conversation.id,
    member: slot,
    nonce: conversation.members[slot]?.nonce ?? 0n,
    content,
  }
  const [receipt] = await sequencer.submitMessages([signMessage(deployment.chainId, draft, me)], signal)
  const { block, position } = accepted(receipt as Receipt)
  return tell(context, { conversation: place, position, block, slot, content })
}
