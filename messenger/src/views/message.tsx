import type { Attachment } from '@parley/messaging'
import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import { levelOf, levelWords } from '../model/levels.ts'
import type { SaidItem, Talk } from '../model/talk.ts'
import { addressOf, shortAddress, sizeOf, timeOf } from '../model/words.ts'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { LevelIcon, LevelMark } from './levels.tsx'
import { Fault } from './parts.tsx'

/** Shown in the page; whatever else is saved only. */
const pictures: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

function File({ talk, file }: { readonly talk: Talk; readonly file: Attachment }) {
  const doing = useDoing()
  const [picture, setPicture] = useState<string>()
  useEffect(() => () => (picture === undefined ? undefined : URL.revokeObjectURL(picture)), [picture])
  const isPicture = pictures.includes(file.mime)
  const open = async () => {
    const bytes = await talk.room.fetchAttachment(file)
    const type = isPicture ? file.mime : 'application/octet-stream'
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }))
    if (isPicture) setPicture(url)
    else save(url, file.name)
  }
  if (picture !== undefined)
    return (
      <a href={picture} download={file.name}>
        <img class="picture" src={picture} alt={file.name} />
      </a>
    )
  return (
    <div>
      <button type="button" class="file" disabled={doing.busy} onClick={() => doing.run(open)}>
        <Icon name="file" />
        <span class="grow">
          <span class="name">{file.name}</span>
          <span class="meta">
            {sizeOf(file.size)} · {doing.busy ? 'fetching…' : isPicture ? 'show' : 'save'}
          </span>
        </span>
      </button>
      <Fault text={doing.fault} />
    </div>
  )
}

function save(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** The words that a message is an answer to. */
function quoteOf({ items }: Talk, to: string): string {
  const said = items.find((item): item is SaidItem => item.kind === 'said' && item.id === to)
  if (said === undefined) return 'A message that is not here'
  return said.content.type === 'text/1' ? said.content.text : said.fallback
}

function Content({ talk, item }: { readonly talk: Talk; readonly item: SaidItem }) {
  const { content, fallback, position, pending } = item
  if (content.type === 'reply/1')
    return (
      <>
        <blockquote class="quote">{quoteOf(talk, addressOf(content.to))}</blockquote>
        <Content talk={talk} item={{ ...item, content: content.content }} />
      </>
    )
  if (content.type === 'resend/1')
    return (
      <>
        <p class="meta">Passed on, as {shortAddress(addressOf(content.identity))} said it</p>
        <Content talk={talk} item={{ ...item, content: content.content, fallback: content.fallback }} />
      </>
    )
  if (content.type === 'text/1') return <p class="words">{content.text}</p>
  if (content.type === 'attachment/1') return <File talk={talk} file={content} />
  const text = fallback || 'A message of another application'
  const isUnderWay = position === undefined && pending !== 'failed'
  return <p class="words muted">{isUnderWay ? `Sending ${text}…` : text}</p>
}

/** Reactions to a message. */
function Given({ chat, talk, item }: { readonly chat: Chat; readonly talk: Talk; readonly item: SaidItem }) {
  const given = [...(talk.reactions.get(item.id) ?? [])].filter(([, authors]) => authors.size > 0)
  if (given.length === 0) return null
  return (
    <ul class="plain reactions" aria-label="Reactions">
      {given.map(([reaction, authors]) => (
        <li key={reaction} title={[...authors].map((each) => chat.contacts.nameOf(each)).join(', ')}>
          {reaction} {authors.size > 1 && authors.size}
        </li>
      ))}
    </ul>
  )
}

/** What became of it: how far it got, or that it was not sent. */
function Foot({
  chat,
  talk,
  item,
  isLastOwn,
  onLevels,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly item: SaidItem
  readonly isLastOwn: boolean
  readonly onLevels: () => void
}) {
  const doing = useDoing()
  const level = levelOf(item, talk.settled)
  if (item.pending === 'failed')
    return (
      <>
        <Fault text={doing.fault} />
        <p class="foot">
          <strong class="warn">Not sent</strong>
          <button type="button" class="small-button" onClick={() => doing.run(() => chat.retry(talk, item))}>
            Try again
          </button>
          <button type="button" class="small-button" onClick={() => doing.run(() => chat.giveUp(talk, item))}>
            Discard
          </button>
        </p>
      </>
    )
  return (
    <p class="foot">
      <time>{timeOf(item.time)}</time>
      {isLastOwn ? (
        <button type="button" class={`level ${level}`} title="What this means" onClick={onLevels}>
          {levelWords[level].name} <LevelIcon level={level} />
        </button>
      ) : (
        <LevelMark level={level} />
      )}
    </p>
  )
}

/** One message, with who said it and how far it is settled. */
export function Message({
  chat,
  talk,
  item,
  isFirst,
  isLastOwn,
  onLevels,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly item: SaidItem
  /** Of several by the same author. */
  readonly isFirst: boolean
  /** The last one of this user: what its tick means stands beside it. */
  readonly isLastOwn: boolean
  readonly onLevels: () => void
}) {
  const name = item.mine ? 'You' : chat.contacts.nameOf(item.author)
  return (
    <li class={`said ${item.mine ? 'mine' : 'theirs'}${isFirst ? ' first' : ''}`}>
      <article class="bubble" aria-label={`${name}, ${timeOf(item.time)}`}>
        {isFirst && !item.mine && <p class="author">{name}</p>}
        {item.verified === false && <p class="warn">Sent by a device that the directory does not have for them.</p>}
        <Content talk={talk} item={item} />
        <Given chat={chat} talk={talk} item={item} />
        <Foot chat={chat} talk={talk} item={item} isLastOwn={isLastOwn} onLevels={onLevels} />
      </article>
    </li>
  )
}
