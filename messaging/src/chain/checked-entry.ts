import {
  type Bytes32,
  type ChangeMembers,
  type ConversationEntry,
  ConversationEventKind,
  changeDigests,
  enteringKeys,
  entriesOf,
  type Millis,
  messageDigest,
  OperationKind,
  portableVerifier,
  Role,
  type Signature,
} from '@parley/protocol/light'
import { type RecordState, slotAt } from '../engine/record.ts'
import { MessagingError } from '../faults.ts'
import type { LogEntry } from '../ports/log.ts'

/** An entry of a feed as the engine takes it; undefined for a creation. Nothing is checked. */
export function entryOf({ position, timestamp, event }: ConversationEntry): LogEntry | undefined {
  const time = timestamp as Millis
  if (event.selector === ConversationEventKind.message) {
    const { member, content } = event.value
    return { kind: 'message', position, slot: member, content, time, level: 'sealed' }
  }
  const { operation } = event.value
  if (operation.selector !== OperationKind.changeMembers) return undefined
  return { kind: 'change', change: operation.value, time, level: 'sealed' }
}

/**
 * Checks that an entry is signed by the members whom it names, and that they may do what it says.
 * @param record - As it is just before the entry.
 * @throws {MessagingError} `RECORD_FORGED`.
 */
export function assertSigned(record: RecordState, entry: LogEntry, { event }: ConversationEntry): void {
  const isHeld =
    entry.kind === 'message'
      ? isSpoken(record, entry.slot, entry.content, event.value as { readonly signature: Signature })
      : isChanged(record, entry.change, (event.value as { readonly signatures: readonly Signature[] }).signatures)
  if (!isHeld) throw new MessagingError({ code: 'RECORD_FORGED', ...record.cursor })
}

function isSpoken(
  record: RecordState,
  slot: number,
  content: Bytes32,
  { signature }: { readonly signature: Signature },
): boolean {
  const { key, nonce, role } = slotAt(record, slot)
  const digest = messageDigest(record.chainId, record.id, slot, nonce, content)
  return role !== Role.none && portableVerifier.verifyMember(key, digest, signature)
}

function isChanged(record: RecordState, change: ChangeMembers, signatures: readonly Signature[]): boolean {
  const { signer, remove, exchange } = change
  const { key, role } = slotAt(record, signer)
  const isOwnAffair = exchange.length === 1 || (remove.length === 1 && remove[0]?.slot === signer)
  if (role !== Role.admin && !(role !== Role.none && entriesOf(change) === 1 && isOwnAffair)) return false
  const { digests } = changeDigests(record.chainId, record.id, change, (slot) => slotAt(record, slot).nonce)
  const signers = [key, ...enteringKeys(change).map((entering) => entering.key)]
  return (
    signatures.length === digests.length &&
    digests.every((digest, i) =>
      portableVerifier.verifyMember(signers[i] as Bytes32, digest, signatures[i] as Signature),
    )
  )
}
