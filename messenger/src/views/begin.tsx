import { useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import { useDoing } from './hooks.ts'
import { Dialog, Fault } from './parts.tsx'

const addressPattern = /^0x[0-9a-fA-F]{40}$/
/** Invited at once. */
const mostInvited = 15

/** Addresses as they were typed, one after the other; undefined when one is none. */
export function addressesOf(text: string): readonly `0x${string}`[] | undefined {
  const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))]
  const isRight = words.length > 0 && words.length <= mostInvited && words.every((word) => addressPattern.test(word))
  return isRight ? (words as `0x${string}`[]) : undefined
}

export const whoHint = `Addresses look like 0x and 40 digits; up to ${mostInvited}, one a line.`

/** Begins a conversation of two or of a group. */
export function Begin({ chat, onClose }: { readonly chat: Chat; readonly onClose: () => void }) {
  const doing = useDoing()
  const [who, setWho] = useState('')
  const [title, setTitle] = useState('')
  const [words, setWords] = useState('')
  const addresses = addressesOf(who)
  const isSelf = addresses?.some((each) => each.toLowerCase() === chat.address) ?? false
  const submit = async (event: Event) => {
    event.preventDefault()
    if (addresses === undefined || isSelf) return
    if (await doing.run(() => chat.begin(addresses, title.trim() || 'Conversation', words.trim()))) onClose()
  }
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form onSubmit={submit}>
        <label for="who">Who?</label>
        <textarea
          id="who"
          rows={2}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="who-hint"
          value={who}
          onInput={(event) => setWho(event.currentTarget.value)}
        />
        <p class="hint" id="who-hint">
          {isSelf ? 'That is your own address.' : whoHint}
        </p>
        <label for="title">What about?</label>
        <input id="title" maxLength={60} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        <label for="words">First words, shown with the invite</label>
        <input id="words" maxLength={120} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        <Fault text={doing.fault} />
        <button type="submit" class="primary wide" disabled={addresses === undefined || isSelf || doing.busy}>
          {doing.busy ? 'Inviting…' : 'Invite'}
        </button>
      </form>
    </Dialog>
  )
}
