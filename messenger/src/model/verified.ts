import { type Messenger, type Room, sameRecord } from '@parley/messaging'
import { addressOf } from './words.ts'

/** What a check of a conversation's record found. */
export interface Verified {
  readonly messages: bigint
  readonly changes: bigint
  readonly grade: 'node' | 'claimed' | 'final'
  /** Whether it is the record that this device has, as far as that goes; undefined while this device is ahead of it. */
  readonly sameAsHere: boolean | undefined
  readonly claim: string | undefined
  readonly stateRoot: string
}

/** Has a node prove a record, and compares it with what this device has. */
export async function verifiedOf(messenger: Messenger, room: Room): Promise<Verified> {
  const found = await messenger.verify({ conversation: room })
  const { conversation, grade, record, claim, stateRoot } = found
  return {
    messages: conversation.messageCount,
    changes: BigInt(record.length) - conversation.messageCount,
    grade,
    sameAsHere: sameRecord(room, found),
    claim: claim?.number.toString(),
    stateRoot: addressOf(stateRoot),
  }
}
