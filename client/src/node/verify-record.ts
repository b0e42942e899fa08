import { type Conversation, findHistoryGap, type HistoryGap } from '@parley/protocol'
import type { RecordEntry } from './answers.ts'

/**
 * How many slots a conversation was created with: those it has now, less those whose first entry is an addition. Only the
 * proven length and the entries are needed, and a wrong record gives a wrong head whatever comes out here.
 */
export function initialMembers(conversation: Conversation, record: readonly RecordEntry[]): number {
  const emptied = new Set<number>()
  let appended = 0
  for (const entry of record) {
    if (entry.kind !== 'change') continue
    for (const { slot } of entry.change.remove) emptied.add(slot)
    for (const { slot } of entry.change.add) if (!emptied.delete(slot)) appended += 1
  }
  return conversation.members.length - appended
}

/** Why entries are not the complete record of a proven conversation; undefined when they are. */
export function findRecordGap(
  chainId: bigint,
  conversation: Conversation,
  record: readonly RecordEntry[],
): HistoryGap | undefined {
  return findHistoryGap(chainId, conversation, initialMembers(conversation, record), record)
}
