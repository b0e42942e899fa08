import type { RequestEvent } from '@parley/messaging'
import { useRef, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import { addressOf, counted, whenOf } from '../model/words.ts'
import mark from '../style/parley.svg'
import { useArrival, useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { noteWords } from './notes.ts'
import { Avatar, Fault } from './parts.tsx'
import { Notices } from './servers.tsx'

function Request({ chat, request }: { readonly chat: Chat; readonly request: RequestEvent }) {
  const doing = useDoing()
  const sender = addressOf(request.sender)
  const isDevice = request.kind === 'device'
  const isNamed = chat.contacts.isNamed(sender)
  const [name, setName] = useState('')
  const accept = async () => {
    if (name.trim() !== '') await chat.contacts.rename(sender, name)
    await chat.accept(request)
  }
  return (
    <li class="request">
      <div class="who">
        <Avatar address={sender} name={chat.contacts.nameOf(sender)} />
        <div class="grow">
          <strong>{isDevice ? 'Your other device' : chat.contacts.nameOf(sender)}</strong>
          <span class="meta">{isDevice ? 'lets this device in' : 'wants to talk'}</span>
        </div>
      </div>
      {!isDevice && request.title !== '' && <p class="subject">{request.title}</p>}
      {request.text !== '' && <p class="quote">{request.text}</p>}
      {!request.verified && (
        <p class="warn">The directory does not have the device that sent this: it may be somebody else’s.</p>
      )}
      {!isDevice && !isNamed && (
        <>
          <p class="address">{sender}</p>
          <input
            aria-label="What do you call them? (only you see it)"
            placeholder="What do you call them?"
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </>
      )}
      <Fault text={doing.fault} />
      <div class="row">
        <button type="button" class="primary" disabled={doing.busy} onClick={() => doing.run(accept)}>
          {doing.busy ? 'Working…' : 'Accept'}
        </button>
        <button type="button" disabled={doing.busy} onClick={() => doing.run(() => chat.decline(request))}>
          Decline
        </button>
      </div>
    </li>
  )
}

function lastWords(chat: Chat, { items, room }: Talk): string {
  const last = items.findLast((each) => each.kind === 'said' || noteWords(chat, each, items, room.members) !== '')
  if (last === undefined) return ''
  if (last.kind === 'note') return noteWords(chat, last, items, room.members)
  const words = last.content.type === 'text/1' ? last.content.text : last.fallback || 'A file'
  return last.mine ? `You: ${words}` : words
}

function stateOf(chat: Chat, talk: Talk): string {
  const { room } = talk
  if (room.state === 'invited') return 'Waiting for an answer'
  if (room.state === 'joining') return 'Joining…'
  return lastWords(chat, talk) || 'Nothing said yet'
}

/** Who the conversation is with, for its picture. */
export function otherIn({ room }: Talk, own: string): string {
  const others = [...room.members.map(({ identity }) => identity), ...room.invited].map(addressOf)
  return others.find((each) => each !== own) ?? addressOf(room.id).slice(0, 42)
}

function Entry({ chat, talk, isOpen }: { readonly chat: Chat; readonly talk: Talk; readonly isOpen: boolean }) {
  const { unread, lastAt, key } = talk
  const title = chat.titleOf(talk)
  const doing = useDoing()
  return (
    <li>
      <button
        type="button"
        class="entry"
        aria-current={isOpen ? 'true' : undefined}
        onClick={() => doing.run(() => chat.open(key))}
      >
        <Avatar address={otherIn(talk, chat.address)} name={title} />
        <span class="grow">
          <span class="line">
            <span class="title">{title}</span>
            {lastAt > 0 && <time class="meta">{whenOf(lastAt)}</time>}
          </span>
          <span class="line">
            <span class="last">{stateOf(chat, talk)}</span>
            {unread > 0 && (
              <span class="count">
                {unread}
                <span class="unseen"> unread</span>
              </span>
            )}
          </span>
        </span>
      </button>
      <Fault text={doing.fault} />
    </li>
  )
}

const KeepKey = ({ onAccount }: { readonly onAccount: () => void }) => (
  <section class="notices" aria-label="Recovery key">
    <p>
      <Icon name="lock" /> Your account is in this browser only. Write your recovery key down, so that you do not lose
      it.
    </p>
    <button type="button" onClick={onAccount}>
      Show me
    </button>
  </section>
)

const Empty = ({ onBegin }: { readonly onBegin: () => void }) => (
  <div class="empty">
    <p>No conversations yet.</p>
    <button type="button" onClick={onBegin}>
      Invite somebody
    </button>
    <p class="hint">
      You need their address. Or give others yours, which you find under your account: what they ask then stands here.
    </p>
  </div>
)

/** Requests and conversations. */
export function Side({
  chat,
  mustKeepKey,
  onBegin,
  onAccount,
}: {
  readonly chat: Chat
  readonly mustKeepKey: boolean
  readonly onBegin: () => void
  readonly onAccount: () => void
}) {
  const { requests, talks } = chat
  const title = useRef<HTMLHeadingElement>(null)
  useArrival(title, chat.openTalk === undefined)
  return (
    <div class="side">
      <header class="bar">
        <img src={mark} alt="" width="28" height="28" />
        <h1 ref={title} tabIndex={-1}>
          Parley
        </h1>
        <span class="grow" />
        <button type="button" class="quiet round" aria-label="Account and devices" onClick={onAccount}>
          <Icon name="account" />
        </button>
        <button type="button" class="primary round" aria-label="New conversation" onClick={onBegin}>
          <Icon name="plus" />
        </button>
      </header>
      <div class="scroll">
        <Notices chat={chat} />
        {mustKeepKey && talks.length > 0 && <KeepKey onAccount={onAccount} />}
        {requests.length > 0 && (
          <section aria-label="Requests">
            <h2 class="small">{counted(requests.length, 'request')}</h2>
            <ul class="plain">
              {requests.map((request) => (
                <Request key={request.number} chat={chat} request={request} />
              ))}
            </ul>
          </section>
        )}
        <nav aria-label="Conversations">
          {talks.length === 0 ? (
            <Empty onBegin={onBegin} />
          ) : (
            <ul class="plain">
              {talks.map((talk) => (
                <Entry key={talk.key} chat={chat} talk={talk} isOpen={talk.key === chat.openTalk?.key} />
              ))}
            </ul>
          )}
        </nav>
      </div>
    </div>
  )
}
