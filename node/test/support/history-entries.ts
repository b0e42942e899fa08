import {
  type Block,
  type BlockWitness,
  BodyKind,
  type ForcedOperation,
  InboxItemKind,
  OperationKind,
  type QueuedItem,
  type Segment,
  type Signature,
  sameBytes,
} from '@parley/protocol'
import { EntryKind, type HistoryRecord } from '../../src/store/chain-records.ts'

/** An entry and the conversation it belongs to. */
export interface PlacedEntry {
  readonly shard: number
  readonly conversation: number
  readonly record: HistoryRecord
}

/** What a block adds to the records of conversations, in order, from its values: what `historyPages` is held equal to. */
export function historyEntries(
  block: Block,
  witness: BlockWitness,
  itemAt: (index: bigint) => QueuedItem,
): PlacedEntry[] {
  return block.runs.flatMap(({ shard, segments }, r) =>
    segments.flatMap((segment, s) => entriesOf(segment, witness[r]?.[s] ?? [], shard, block, itemAt)),
  )
}

function entriesOf(
  { body, preRoot, postRoot }: Segment,
  signed: readonly Signature[],
  shard: number,
  { header }: Block,
  itemAt: (index: bigint) => QueuedItem,
): PlacedEntry[] {
  const place = (
    conversation: number,
    event: HistoryRecord['event'],
    forced: boolean,
    signatures: readonly Signature[],
  ): PlacedEntry => ({
    shard,
    conversation,
    record: { block: header.number, timestamp: header.timestamp, forced, signatures, event },
  })
  if (body.selector === BodyKind.messages)
    return body.value.map(({ conversation, member, content }, i) =>
      place(conversation, { selector: EntryKind.message, value: { member, content } }, false, signed.slice(i, i + 1)),
    )
  if (body.selector === BodyKind.operation) {
    if (body.value.selector !== OperationKind.changeMembers) return []
    return [
      place(body.value.value.conversation, { selector: EntryKind.change, value: body.value.value }, false, signed),
    ]
  }
  if (sameBytes(preRoot, postRoot)) return []
  const { item } = itemAt(body.value)
  if (item.selector === InboxItemKind.forcedMessage) {
    const { conversation, member, content } = item.value.message
    const { signature } = item.value
    return [place(conversation, { selector: EntryKind.message, value: { member, content } }, true, [signature])]
  }
  if (item.selector !== InboxItemKind.forcedOperation) return []
  const { operation, signatures }: ForcedOperation = item.value
  if (operation.selector !== OperationKind.changeMembers) return []
  return [place(operation.value.conversation, { selector: EntryKind.change, value: operation.value }, true, signatures)]
}
