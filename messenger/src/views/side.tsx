import type { RequestEvent } from '@parley/messaging'
import type { Chat } from '../model/chat.ts'
import type { Item, Talk } from '../model/talk.ts'
import { addressOf, timeOf } from '../model/words.ts'
import mark from '../style/parley.svg'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Avatar, Fault } from './parts.tsx'

function Request({ chat, request }: { readonly chat: Chat; readonly request: RequestEvent }) {
  const doing = useDoing()
  const sender = addressOf(request.sender)
  const isDevice = request.kind === 'device'
  return (
    <li class="request">
      <div class="who">
        <Avatar address={sender} name={chat.nameOf(sender)} />
        <div class="grow">
          <strong>{isDevice ? 'Your other device' : chat.nameOf(sender)}</strong>
          <span class="meta">
            {isDevice
              ? 'lets this device in'
              : request.verified
                ? 'wants to talk'
                : 'wants to talk; the device is not in the directory'}
          </span>
        </div>
      </div>
      {!isDevice && <p class="subject">{request.title}</p>}
      {request.text !== '' && <p class="quote">{request.text}</p>}
      <Fault text={doing.fault} />
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={doing.busy}
          onClick={() => doing.run(() => chat.accept(request))}
        >
          {doing.busy ? 'Joining…' : 'Accept'}
        </button>
        <button type="button" disabled={doing.busy} onClick={() => doing.run(() => chat.decline(request))}>
          Decline
        </button>
      </div>
    </li>
  )
}

function lastWords(items: readonly Item[]): string {
  const last = items.at(-1)
  if (last === undefined) return ''
  if (last.kind === 'note') return last.text
  const words = last.content.type === 'text/1' ? last.content.text : last.fallback || 'A file'
  return last.mine ? `You: ${words}` : words
}

function stateOf({ room, items }: Talk): string {
  if (room.state === 'invited') return 'Waiting for an answer'
  if (room.state === 'joining') return 'Joining…'
  return lastWords(items) || 'Nothing said yet'
}

/** Who the conversation is with, for its picture. */
export function otherIn({ room }: Talk, own: string): string {
  const other = room.members.map(({ identity }) => addressOf(identity)).find((each) => each !== own)
  return other ?? addressOf(room.id).slice(0, 42)
}

function Entry({ chat, talk, isOpen }: { readonly chat: Chat; readonly talk: Talk; readonly isOpen: boolean }) {
  const { room, unread, lastAt, key } = talk
  return (
    <li>
      <button type="button" class="entry" aria-current={isOpen ? 'true' : undefined} onClick={() => chat.open(key)}>
        <Avatar address={otherIn(talk, chat.address)} name={room.title} />
        <span class="grow">
          <span class="line">
            <span class="title">{room.title}</span>
            {lastAt > 0 && <time class="meta">{timeOf(lastAt)}</time>}
          </span>
          <span class="line">
            <span class="last">{stateOf(talk)}</span>
            {unread > 0 && (
              <span class="count">
                {unread}
                <span class="unseen"> unread</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  )
}

/** Requests and conversations. */
export function Side({
  chat,
  onBegin,
  onAccount,
}: {
  readonly chat: Chat
  readonly onBegin: () => void
  readonly onAccount: () => void
}) {
  const { requests, talks } = chat
  return (
    <div class="side">
      <header class="bar">
        <img src={mark} alt="" width="28" height="28" />
        <h1>Parley</h1>
        <span class="grow" />
        <button type="button" class="quiet round" aria-label="Account and devices" onClick={onAccount}>
          <Icon name="account" />
        </button>
        <button type="button" class="primary round" aria-label="New conversation" onClick={onBegin}>
          <Icon name="plus" />
        </button>
      </header>
      <div class="scroll">
        {requests.length > 0 && (
          <section aria-label="Requests">
            <h2 class="small">Requests</h2>
            <ul class="plain">
              {requests.map((request) => (
                <Request key={request.number} chat={chat} request={request} />
              ))}
            </ul>
          </section>
        )}
        <nav aria-label="Conversations">
          {talks.length === 0 ? (
            <div class="empty">
              <p>No conversations yet.</p>
              <button type="button" onClick={onBegin}>
                Invite somebody
              </button>
              <p class="hint">Or give others your address, which you find under your account.</p>
            </div>
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
