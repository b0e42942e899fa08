import { useEffect, useRef, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import { listed } from '../model/words.ts'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Fault } from './parts.tsx'

/** Characters of one message: what fits the largest frame with room to spare. */
const longestText = 16_000

/** Where nothing can be written now, says why. */
function Closed({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const { state, invited } = talk.room
  const who = listed(invited.map((identity) => chat.wordFor(identity)))
  return (
    <p class="closed" role="status">
      {state === 'left' && 'You are no longer in this conversation. What was said before stays here.'}
      {state === 'joining' &&
        'Joining… A device that is in the conversation lets this one in; that takes some seconds once it is online.'}
      {state === 'invited' &&
        `You can write as soon as ${who || 'somebody'} accepts: what is said before that could be read by nobody else.`}
    </p>
  )
}

function Field({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const sending = useDoing()
  const [words, setWords] = useState('')
  const picker = useRef<HTMLInputElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    // A finger would get a keyboard over half of the screen, unasked.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  const send = () => {
    const said = words.trim()
    if (said === '') return
    setWords('')
    field.current?.focus()
    // One after the other is the messenger's affair: the next words need not wait for these.
    chat.say(talk, said).catch((error: unknown) => doing.run(() => Promise.reject(error)))
  }
  const keep = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  const attach = async (file: File | undefined) => {
    if (file !== undefined) await sending.run(() => chat.sendFile(talk, file))
    if (picker.current !== null) picker.current.value = ''
  }
  return (
    <div class="composer">
      <Fault text={doing.fault ?? sending.fault} />
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
        <button
          type="button"
          class="quiet round"
          aria-label="Send a file"
          disabled={sending.busy}
          onClick={() => picker.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <textarea
          ref={field}
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

/** What to say next. */
export const Composer = ({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) =>
  talk.room.state === 'open' ? <Field chat={chat} talk={talk} /> : <Closed chat={chat} talk={talk} />
