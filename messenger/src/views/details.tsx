import type { Chat } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import { Members } from './members.tsx'
import { Dialog, Risky } from './parts.tsx'
import { Record } from './record.tsx'

/** Who is in a conversation, and whether its record is complete. */
export function Details({
  chat,
  talk,
  onClose,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly onClose: () => void
}) {
  const { room } = talk
  return (
    <Dialog title={chat.titleOf(talk)} onClose={onClose}>
      <Members chat={chat} talk={talk} />
      <Record chat={chat} talk={talk} />
      {room.state !== 'left' && (
        <section aria-label="Leave">
          <Risky
            label="Leave the conversation"
            question="You can come back only when an admin invites you again. Leave?"
            act={() => room.leave()}
          />
        </section>
      )}
    </Dialog>
  )
}
