import {
  type Conversation,
  checkHistorySignatures,
  findHistoryGap,
  type HistoryGap,
  type HistorySignatures,
  portableVerifier,
} from '@parley/protocol/light'
import { ClientError } from '../faults.ts'
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

/** What the signatures of a record show. */
export interface RecordSignatures extends Omit<HistorySignatures, 'invalid'> {
  /** Entries whose signatures the node no longer has. */
  readonly pruned: number
}

/** A conversation and where it is, with what is known of its record's age. */
interface SignedPlace {
  readonly shard: number
  readonly index: number
  readonly conversation: Conversation
  /** Entries of blocks above this one must be signed; undefined when nobody can say which must. */
  readonly finalBlock: bigint | undefined
}

/**
 * Checks who said what is not final yet.
 * @throws {ClientError} `ENTRY_UNSIGNED` for an entry above `finalBlock` without signatures, `ENTRY_FORGED`.
 */
export function checkRecordSignatures(
  chainId: bigint,
  { shard, index, conversation, finalBlock }: SignedPlace,
  record: readonly RecordEntry[],
): RecordSignatures {
  let pruned = 0
  const signed = record.map((entry, place) => {
    const { block, signatures } = entry
    if (signatures === null) {
      if (finalBlock !== undefined && block > finalBlock)
        throw new ClientError({ code: 'ENTRY_UNSIGNED', shard, index, entry: place, block, finalBlock })
      pruned += 1
    }
    return { ...entry, signatures: signatures ?? undefined }
  })
  const founders = initialMembers(conversation, record)
  const { invalid, ...found } = checkHistorySignatures(chainId, conversation, founders, signed, portableVerifier)
  if (invalid !== undefined) throw new ClientError({ code: 'ENTRY_FORGED', shard, index, entry: invalid })
  return { ...found, pruned }
}
