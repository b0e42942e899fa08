import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Item, Talk } from '../model/talk.ts'
import { counted, dayOf, listed } from '../model/words.ts'
import { Composer } from './composer.tsx'
import { useArrival, useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Message } from './message.tsx'
import { noteWords } from './notes.ts'
import { Avatar } from './parts.tsx'
import { otherIn } from './side.tsx'

const dayFor = (item: Item | undefined): string | undefined => (item?.kind === 'said' ? dayOf(item.time) : undefined)

function Items({ chat, talk, onLevels }: { readonly chat: Chat; readonly talk: Talk; readonly onLevels: () => void }) {
  const { items, room } = talk
  const lastOwn = items.findLast((item) => item.kind === 'said' && item.mine)
  let day: string | undefined
  let before: Item | undefined
  return (
    <ol class="plain items" aria-label="Messages">
      {items.map((item) => {
        const text = noteWords(chat, item, items, room.members)
        if (item.kind === 'note' && text === '') return null
        const own = dayFor(item)
        const isNewDay = own !== undefined && own !== day
        day = own ?? day
        const isFirst = isNewDay || before?.kind !== 'said' || item.kind !== 'said' || before.author !== item.author
        before = item
        return [
          isNewDay && (
            <li key={`day/${own}`} class="note day">
              {own}
            </li>
          ),
          item.kind === 'note' ? (
            <li key={item.key} class={item.warns === true ? 'note warn' : 'note'}>
              {text}
            </li>
          ) : (
            <Message
              key={item.key}
              chat={chat}
              talk={talk}
              item={item}
              isFirst={isFirst}
              isLastOwn={item === lastOwn}
              onLevels={onLevels}
            />
          ),
        ]
      })}
    </ol>
  )
}

function subtitleOf(chat: Chat, { room }: Talk): string {
  const { state, members, invited } = room
  const others = members.map(({ identity }) => chat.wordFor(identity)).filter((word) => word !== 'You')
  if (state === 'invited') return `Invited: ${listed(invited.map((each) => chat.wordFor(each)))}`
  if (state === 'joining') return 'Joining…'
  if (state === 'left') return 'You left'
  return members.length > 2 ? `${counted(members.length, 'member')}: you, ${others.join(', ')}` : listed(others)
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
  const doing = useDoing()
  const log = useRef<HTMLDivElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const isAtEnd = useRef(true)
  useArrival(heading, talk.key)
  useLayoutEffect(() => {
    const { current } = log
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight
  }, [talk.items])
  const { gaps } = talk
  const title = chat.titleOf(talk)
  return (
    <section class="talk" aria-label={title}>
      <header class="bar">
        <button
          type="button"
          class="quiet round narrow"
          aria-label="Back to conversations"
          onClick={() => doing.run(() => chat.open(undefined))}
        >
          <Icon name="back" />
        </button>
        <Avatar address={otherIn(talk, chat.address)} name={title} />
        <div class="grow heading">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p class="meta">{subtitleOf(chat, talk)}</p>
        </div>
        <button type="button" class="quiet round" aria-label="Members and record" onClick={onDetails}>
          <Icon name="info" />
        </button>
      </header>
      <div role="status">
        {gaps > 0 && (
          <p class="banner">
            Something that was said is missing, and is being looked for. Talking goes on; members can be changed once it
            is found.
          </p>
        )}
      </div>
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
        <p class="note private">
          <Icon name="lock" /> Only the members read what is said here. Compare safety numbers under Members and record.
        </p>
        <Items chat={chat} talk={talk} onLevels={onLevels} />
      </div>
      <Composer chat={chat} talk={talk} />
    </section>
  )
}
