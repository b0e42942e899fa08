import { signedMessageBytes } from '@parley/protocol'
import { EntryKind } from '../codec/record.ts'
import { messageAt } from '../rings/slot.ts'
import { type ConversationsOf, DigestBatch, digestRows } from './digest-batch.ts'
import { loadSlot } from './load-slot.ts'
import type { MessageExecutor } from './message-executor.ts'

/** A message in a record with its kind: as long as the words that it fills in a slot. */
export const recordedMessageBytes = 1 + signedMessageBytes
const recordedWords = recordedMessageBytes / 4
/** In a slot the kind would stand right before the message: a record's first message lies like one in a slot that begins here. */
const firstWord = -(messageAt - 1) / 4

/** Neighbouring messages of a journal record, whose digests are hashed together. */
export class RecordedMessages {
  private readonly bytes = new Uint8Array(digestRows * recordedMessageBytes)
  private readonly words = new Int32Array(this.bytes.buffer)
  private readonly halves = new Uint16Array(this.bytes.buffer)
  private readonly digests: DigestBatch

  constructor(chainId: bigint, conversationsOf: ConversationsOf) {
    this.digests = new DigestBatch(chainId, this.words, this.halves, conversationsOf)
  }

  /** Takes the messages that begin at `at` of `entries`, up to the first operation and as many as there is room for. @returns how many. */
  take(entries: Uint8Array, at: number): number {
    const most = Math.min(digestRows, Math.floor((entries.length - at) / recordedMessageBytes))
    let count = 0
    while (count < most && entries[at + count * recordedMessageBytes] === EntryKind.message) count += 1
    this.bytes.set(entries.subarray(at, at + count * recordedMessageBytes))
    for (let row = 0; row < count; row += 1) this.digests.write(row, wordOf(row))
    this.digests.hash(count)
    return count
  }

  /** Writes a message that was taken into the executor's fields, with its digest. Take that back once it was executed. */
  load(row: number, into: MessageExecutor): void {
    loadSlot(this.words, this.halves, wordOf(row), into)
    this.digests.give(row, into)
  }
}

function wordOf(row: number): number {
  return firstWord + row * recordedWords
}
