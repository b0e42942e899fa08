import {
  type Block,
  BodyKind,
  type ForcedOperation,
  InboxItemKind,
  OperationKind,
  type QueuedItem,
  type Segment,
  sameBytes,
} from '@parley/protocol'
import { EntryKind, type HistoryRecord } from '../../src/store/chain-records.ts'

/** An entry and the conversation it belongs to. */
export interface PlacedEntry {
  readonly shard: number
  readonly conversation: number
  /** Without its place in the block, which is for the caller to count. */
  readonly record: Omit<HistoryRecord, 'place'>
}

/** What a block adds to the records of conversations, in order, from its values: what `historyPages` is held equal to. */
export function historyEntries(block: Block, itemAt: (index: bigint) => QueuedItem): PlacedEntry[] {
  return block.runs.flatMap(({ shard, segments }) =>
    segments.flatMap((segment) => entriesOf(segment, shard, block, itemAt)),
  )
}

function entriesOf(
  { body, preRoot, postRoot }: Segment,
  shard: number,
  { header }: Block,
  itemAt: (index: bigint) => QueuedItem,
): PlacedEntry[] {
  const place = (conversation: number, event: HistoryRecord['event'], forced: boolean): PlacedEntry => ({
    shard,
    conversation,
    record: { block: header.number, timestamp: header.timestamp, forced, event },
  })
  if (body.selector === BodyKind.messages)
    return body.value.map(({ conversation, member, content }) =>
      place(conversation, { selector: EntryKind.message, value: { member, content } }, false),
    )
  if (body.selector === BodyKind.operation) {
    if (body.value.selector !== OperationKind.changeMembers) return []
    return [place(body.value.value.conversation, { selector: EntryKind.change, value: body.value.value }, false)]
  }
  if (sameBytes(preRoot, postRoot)) return []
  const { item } = itemAt(body.value)
  if (item.selector === InboxItemKind.forcedMessage) {
    const { conversation, member, content } = item.value.message
    return [place(conversation, { selector: EntryKind.message, value: { member, content } }, true)]
  }
  if (item.selector !== InboxItemKind.forcedOperation) return []
  const { operation }: ForcedOperation = item.value
  if (operation.selector !== OperationKind.changeMembers) return []
  return [place(operation.value.conversation, { selector: EntryKind.change, value: operation.value }, true)]
}
