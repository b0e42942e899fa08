import {
  BodyKind,
  type ConversationEntry,
  type ConversationEvent,
  ConversationEventKind,
  InboxItemKind,
  type Operation,
  OperationKind,
  type QueuedItem,
  type SealedBlock,
  type Signature,
  sameBytes,
} from '@parley/protocol'
import { type ConversationLink, changedConversation } from '../chain/conversation-index.ts'

/** A conversation and where one block touched it. */
export interface LinkedConversation extends ConversationLink {
  readonly shard: number
  readonly index: number
}

/** What happened in one conversation within a block, in order. */
export async function entriesOf(
  { block, witness }: SealedBlock,
  conversation: LinkedConversation,
  itemAt: (index: bigint) => Promise<QueuedItem>,
): Promise<ConversationEntry[]> {
  const { number, timestamp } = block.header
  const r = block.runs.findIndex((run) => run.shard === conversation.shard)
  const run = block.runs[r]
  if (run === undefined) return []
  const entries: ConversationEntry[] = []
  let position = conversation.first
  const tell = (event: ConversationEvent, forced: boolean): void => {
    entries.push({ position, block: number, timestamp, forced, event })
    if (event.selector === ConversationEventKind.message) position += 1n
  }
  for (const [s, segment] of run.segments.entries()) {
    const signatures = witness[r]?.[s] ?? []
    const { body } = segment
    if (body.selector === BodyKind.messages)
      body.value.forEach(({ conversation: index, member, content }, i) => {
        const signature = signatures[i] as Signature
        if (index === conversation.index) tell({ selector: 0, value: { member, content, signature } }, false)
      })
    else if (body.selector === BodyKind.operation) {
      if (concerns(body.value, s, conversation))
        tell({ selector: 1, value: { operation: body.value, signatures: [...signatures] } }, false)
    } else if (!sameBytes(segment.preRoot, segment.postRoot)) {
      const event = forcedEvent(await itemAt(body.value), s, conversation)
      if (event !== undefined) tell(event, true)
    }
  }
  return entries
}

/** Whether an operation made the conversation, or changed who is in it. */
function concerns(operation: Operation, segment: number, { index, createdIn }: LinkedConversation): boolean {
  if (operation.selector === OperationKind.createConversation) return createdIn === segment
  return changedConversation(operation) === index
}

function forcedEvent(
  { item }: QueuedItem,
  segment: number,
  conversation: LinkedConversation,
): ConversationEvent | undefined {
  if (item.selector === InboxItemKind.forcedMessage && item.value.message.conversation === conversation.index) {
    const { message, signature } = item.value
    return { selector: 0, value: { member: message.member, content: message.content, signature } }
  }
  if (item.selector === InboxItemKind.forcedOperation && concerns(item.value.operation, segment, conversation)) {
    const { operation, signatures } = item.value
    return { selector: 1, value: { operation, signatures } }
  }
  return undefined
}
