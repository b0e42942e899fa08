import { nodeRoutes } from '@parley/api'
import { readStatus } from '@parley/lab'
import type { AcknowledgedMessage } from './acknowledged.ts'

interface Spoken {
  readonly member: number
  readonly content: string
}

interface HistoryPage {
  readonly total: string
  readonly entries: readonly { readonly event: { readonly kind: string; readonly value: Spoken } }[]
}

/** The messages of a conversation in order, as a verifying node serves them. */
async function messagesOf(url: string, shard: number, index: number, signal: AbortSignal): Promise<Spoken[]> {
  const messages: Spoken[] = []
  for (let from = 0; ; ) {
    const place = { params: { shard, index }, query: { from: BigInt(from) } }
    const page = (await readStatus(url, nodeRoutes.messages, place, signal)) as unknown as HistoryPage
    for (const { event } of page.entries) if (event.kind === 'message') messages.push(event.value)
    from += page.entries.length
    if (page.entries.length === 0 || from >= Number(page.total)) return messages
  }
}

/**
 * Acknowledged messages that the node's verified history does not have at their position.
 * @param fallen - Ids of those that the sequencer told to have fallen with a removal: what follows them moves up.
 */
export async function findLost(
  url: string,
  acknowledged: readonly AcknowledgedMessage[],
  signal: AbortSignal,
  fallen: ReadonlySet<string> = new Set(),
): Promise<AcknowledgedMessage[]> {
  const lost: AcknowledgedMessage[] = []
  const byConversation = Map.groupBy(acknowledged, ({ shard, conversation }) => `${shard}/${conversation}`)
  for (const messages of byConversation.values()) {
    const { shard, conversation } = messages[0] as AcknowledgedMessage
    const history = await messagesOf(url, shard, conversation, signal)
    const moved = messages.some(({ id }) => fallen.has(id))
    for (const message of messages) {
      if (fallen.has(message.id)) continue
      const places = moved ? history : [history[Number(message.position)]]
      const content = `0x${Buffer.from(message.content).toString('hex')}`
      if (!places.some((said) => said?.member === message.member && said.content === content)) lost.push(message)
    }
  }
  return lost
}
