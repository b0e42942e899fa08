import { type ExecutedBatch, entriesOf, type RecordEntry } from '@parley/execution'
import {
  type AcceptedEvent,
  changedConversation,
  messageEntryBytes,
  placeKey,
  writeMessageEntry,
  writeMessageEvent,
} from '@parley/feeds'
import {
  type ConversationEntry,
  ConversationEntryType,
  OperationKind,
  type SignedOperation,
  SignedOperationType,
  signatureBytes,
} from '@parley/protocol'

/** Of a signed message: shard 1, conversation 4, member 2, nonce 8, content 32, signature 64. */
const conversationAt = 1
const memberAt = 5
const contentAt = 15
const contentBytes = 32

/** What happened in conversations in a batch of accepted entries, as the block that takes them will tell it. */
export function acceptedEvents(batch: ExecutedBatch, timestamp: bigint): AcceptedEvent[] {
  const { block } = batch
  const positions: bigint[] = []
  batch.visit({
    accepted: (_, __, low, high) => void positions.push((BigInt(high) << 32n) | BigInt(low)),
    refused: () => undefined,
  })
  return entriesOf(batch.record).flatMap((entry, i) => {
    const at = { block, timestamp }
    const position = positions[i] as bigint
    return entry.kind === 'message' ? [said(entry, position, at)] : operated(entry, position, at)
  })
}

interface At {
  readonly block: bigint
  readonly timestamp: bigint
}

function said({ bytes }: RecordEntry, position: bigint, at: At): AcceptedEvent {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const key = placeKey({ shard: bytes[0] as number, index: view.getUint32(conversationAt, true) })
  return {
    key,
    position,
    isMessage: true,
    encode(own) {
      const entry = Buffer.allocUnsafe(messageEntryBytes)
      const spoken = Buffer.concat([
        bytes.subarray(memberAt, memberAt + 2),
        bytes.subarray(contentAt, contentAt + contentBytes),
      ])
      writeMessageEntry(entry, 0, { position: own, ...at })
      writeMessageEvent(
        entry,
        0,
        spoken,
        bytes.subarray(contentAt + contentBytes, contentAt + contentBytes + signatureBytes),
      )
      return entry
    },
  }
}

/** Operations that concern no conversation happen in none. */
function operated({ bytes }: RecordEntry, told: bigint, at: At): AcceptedEvent[] {
  const { operation, signatures } = SignedOperationType.deserialize(bytes) as SignedOperation
  const isCreation = operation.selector === OperationKind.createConversation
  const index = isCreation ? Number(told) : changedConversation(operation)
  if (index === undefined) return []
  const event: ConversationEntry['event'] = { selector: 1, value: { operation, signatures } }
  return [
    {
      key: placeKey({ shard: operation.value.shard, index }),
      position: undefined,
      isMessage: false,
      encode: (position) => ConversationEntryType.serialize({ position, ...at, forced: false, event }),
    },
  ]
}
