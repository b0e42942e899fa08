import {
  BodyKind,
  type ForcedOperation,
  InboxItemKind,
  OperationKind,
  type QueuedItem,
  type RunsView,
  type Signature,
  sameBytes,
  signatureBytes,
  type ViewedSegment,
} from '@parley/protocol'
import { EntryKind, type HistoryRecord } from './chain-records.ts'

/** An entry of a record beside the messages of segments. */
export interface RareEvent {
  readonly conversation: number
  /** Came through the L2's inbox. */
  readonly forced: boolean
  readonly event: HistoryRecord['event']
  /** The signer's, then of a change the consents. */
  readonly signatures: () => readonly Signature[]
}

export type ItemAt = (index: bigint) => QueuedItem

/** What a segment that is not of messages adds to a record; undefined when nothing. */
export function rareEvent(view: RunsView, segment: ViewedSegment, itemAt: ItemAt): RareEvent | undefined {
  if (segment.kind === BodyKind.messages) return undefined
  if (segment.kind === BodyKind.operation)
    return changeEvent(view.operation(segment), false, () => splitSignatures(view.signatures(segment)))
  // An invalid forced item is skipped and changes nothing, not even the fee fields, so its segment keeps the root.
  if (sameBytes(view.root(segment.preRoot), view.root(segment.postRoot))) return undefined
  const { item } = itemAt(view.item(segment))
  if (item.selector === InboxItemKind.forcedMessage) {
    const { message, signature } = item.value
    const { conversation, member, content } = message
    const event = { selector: EntryKind.message, value: { member, content } }
    return { conversation, forced: true, event, signatures: () => [signature] }
  }
  if (item.selector !== InboxItemKind.forcedOperation) return undefined
  const { operation, signatures } = item.value
  return changeEvent(operation, true, () => signatures)
}

function changeEvent(
  operation: ForcedOperation['operation'],
  forced: boolean,
  signatures: RareEvent['signatures'],
): RareEvent | undefined {
  if (operation.selector !== OperationKind.changeMembers) return undefined
  const { value } = operation
  return { conversation: value.conversation, forced, event: { selector: EntryKind.change, value }, signatures }
}

/** Signatures that lie one after another. */
export function splitSignatures(bytes: Uint8Array): Signature[] {
  return Array.from({ length: bytes.length / signatureBytes }, (_, i) =>
    bytes.slice(i * signatureBytes, (i + 1) * signatureBytes),
  )
}
