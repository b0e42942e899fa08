import type { ProvenConversation } from '@parley/client'
import { sameBytes } from '@parley/protocol/light'
import type { Room } from '../messenger/room.ts'

/** Whether a record that was proven is the one that this device has, as far as that goes; undefined while one is ahead of the other. */
export function sameRecord(
  room: Room,
  { conversation }: Pick<ProvenConversation, 'conversation'>,
): boolean | undefined {
  const { cursor, head } = room.live.conversation.state.record
  const isSamePlace = cursor.messages === conversation.messageCount && cursor.changes === BigInt(conversation.epoch)
  return isSamePlace ? sameBytes(head, conversation.head) : undefined
}
