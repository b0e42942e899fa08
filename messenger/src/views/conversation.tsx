import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Item, Talk } from '../model/talk.ts'
import { dayOf } from '../model/words.ts'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Message } from './message.tsx'
import { Avatar, Fault } from './parts.tsx'
import { otherIn } from './side.tsx'

/** Bytes of a text in one message: what fits the largest frame with room to spare. */
const longestText = 16_000

function Composer({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const [words, setWords] = useState('')
  const picker = useRef<HTMLInputElement>(null)
  const { state } = talk.room
  if (state === 'left') return <p class="closed">You are no longer in this conversation.</p>
  const send = () => {
    const said = words.trim()
    if (said === '') return
    setWords('')
    void doing.run(() => chat.say(talk, said))
  }
  const keep = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  const attach = async (file: File | undefined) => {
    if (file !== undefined) await doing.run(() => chat.sendFile(talk, file))
    if (picker.current !== null) picker.current.value = ''
  }
  return (
    <div class="composer">
      <Fault text={doing.fault} />
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <input
          ref={picker}
          type="file"
          class="unseen"
          tabIndex={-1}
          aria-label="File to send"
          onChange={(event) => void attach(event.currentTarget.files?.[0])}
        />
        <button type="button" class="quiet round" aria-label="Send a file" onClick={() => picker.current?.click()}>
          <Icon name="attach" />
        </button>
        <textarea
          aria-label="Message"
          placeholder="Message"
          rows={1}
          maxLength={longestText}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={keep}
        />
        <button type="submit" class="primary round" aria-label="Send" disabled={words.trim() === ''}>
          <Icon name="send" />
        </button>
      </form>
    </div>
  )
}

const dayFor = (item: Item | undefined): string | undefined => (item?.kind === 'said' ? dayOf(item.time) : undefined)

function Items({ chat, talk, onLevels }: { readonly chat: Chat; readonly talk: Talk; readonly onLevels: () => void }) {
  const { items } = talk
  let day: string | undefined
  return (
    <ol class="plain items" aria-label="Messages">
      {items.map((item, i) => {
        const before = items[i - 1]
        const own = dayFor(item)
        const isNewDay = own !== undefined && own !== day
        day = own ?? day
        const isFirst = isNewDay || before?.kind !== 'said' || item.kind !== 'said' || before.author !== item.author
        return [
          isNewDay && (
            <li key={`day/${own}`} class="note day">
              {own}
            </li>
          ),
          item.kind === 'note' ? (
            <li key={item.key} class={item.warns === true ? 'note warn' : 'note'}>
              {item.text}
            </li>
          ) : (
            <Message key={item.key} chat={chat} talk={talk} item={item} isFirst={isFirst} onLevels={onLevels} />
          ),
        ]
      })}
    </ol>
  )
}

function subtitleOf(chat: Chat, { room }: Talk): string {
  if (room.state === 'invited') return 'Invited, not answered yet'
  if (room.state === 'joining') return 'Joining: a member lets this device in'
  const { length } = room.members
  const others = room.members.map(({ identity }) => chat.wordFor(identity)).filter((word) => word !== 'You')
  return length > 2 ? `${length} members` : others.join(', ') || 'Only you'
}

/** One conversation: what was said in it, and what to say next. */
export function Conversation({
  chat,
  talk,
  onDetails,
  onLevels,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly onDetails: () => void
  readonly onLevels: () => void
}) {
  const log = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useLayoutEffect(() => {
    isAtEnd.current = true
  }, [talk.key])
  useLayoutEffect(() => {
    const { current } = log
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight
  }, [talk.key, talk.items])
  const { room, gaps } = talk
  return (
    <main class="talk" aria-label={room.title}>
      <header class="bar">
        <button
          type="button"
          class="quiet round narrow"
          aria-label="Back to conversations"
          onClick={() => chat.open(undefined)}
        >
          <Icon name="back" />
        </button>
        <Avatar address={otherIn(talk, chat.address)} name={room.title} />
        <div class="grow heading">
          <h2>{room.title}</h2>
          <p class="meta">{subtitleOf(chat, talk)}</p>
        </div>
        <button type="button" class="quiet round" aria-label="Members and record" onClick={onDetails}>
          <Icon name="info" />
        </button>
      </header>
      {gaps > 0 && (
        <p class="banner" role="status">
          Some content is missing and being looked for. Talking goes on; changes of members wait.
        </p>
      )}
      <div
        class="scroll log"
        ref={log}
        role="log"
        aria-label="What was said"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
        }}
      >
        <Items chat={chat} talk={talk} onLevels={onLevels} />
      </div>
      <Composer key={talk.key} chat={chat} talk={talk} />
    </main>
  )
}
