import { useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import { addressed } from './addresses.ts'
import { useDoing } from './hooks.ts'
import { Dialog, Fault } from './parts.tsx'

/** Begins a conversation of two or of a group. */
export function Begin({ chat, onClose }: { readonly chat: Chat; readonly onClose: () => void }) {
  const doing = useDoing()
  const [who, setWho] = useState('')
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [words, setWords] = useState('')
  const [touched, setTouched] = useState(false)
  const { addresses, hint, isWrong } = addressed(who, chat.address)
  const [only, ...others] = addresses ?? []
  const isTwo = only !== undefined && others.length === 0
  const submit = async (event: Event) => {
    event.preventDefault()
    setTouched(true)
    if (addresses === undefined) return
    const begin = async () => {
      if (isTwo && name.trim() !== '') await chat.contacts.rename(only.toLowerCase(), name)
      await chat.begin(addresses, title.trim(), words.trim())
    }
    if (await doing.run(begin)) onClose()
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
          aria-invalid={isWrong && touched}
          value={who}
          onInput={(event) => setWho(event.currentTarget.value)}
          onChange={() => setTouched(true)}
        />
        <p class={isWrong && touched ? 'fault' : 'hint'} id="who-hint">
          {isWrong && !touched ? 'Go on…' : hint}
        </p>
        {isTwo && (
          <>
            <label for="name">What do you call them? (only you see it)</label>
            <input id="name" maxLength={40} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </>
        )}
        <label for="title">What about? (optional)</label>
        <input id="title" maxLength={60} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        <label for="words">First words, shown with the invite (optional)</label>
        <input id="words" maxLength={120} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        <p class="hint">It costs nobody anything: a gateway pays for the conversation and for its messages.</p>
        <Fault text={doing.fault} />
        <button type="submit" class="primary wide" disabled={addresses === undefined || doing.busy}>
          {doing.busy ? 'Inviting… this takes some seconds' : 'Invite'}
        </button>
      </form>
    </Dialog>
  )
}
