import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'

/** The same colour for the same address, everywhere. */
export function Avatar({ address, name }: { readonly address: string; readonly name: string }) {
  const hue = Number.parseInt(address.slice(2, 8), 16) % 12
  const letters = name.startsWith('0x') ? name.slice(2, 4) : [...name].slice(0, 2).join('')
  return (
    <span class={`avatar hue-${hue}`} aria-hidden="true">
      {letters}
    </span>
  )
}

/** A dialog of the browser: it keeps the focus, and Escape closes it. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <header class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="quiet round" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}

/** What went wrong, said to screen readers, too. */
export const Fault = ({ text }: { readonly text: string | undefined }) => (
  <p class="fault" role="alert" hidden={text === undefined}>
    {text}
  </p>
)

export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [done, setDone] = useState(false)
  return (
    <button
      type="button"
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setDone(true),
          // Where the page may not write there, the text can be selected.
          () => setDone(false),
        )
      }}
    >
      {done ? 'Copied' : label}
    </button>
  )
}

/** What cannot be taken back is asked for twice. */
export function Risky({
  label,
  question,
  act,
}: {
  readonly label: string
  /** What will happen, and whether it is meant. */
  readonly question: string
  readonly act: () => Promise<void>
}) {
  const doing = useDoing()
  const [asked, setAsked] = useState(false)
  const no = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (asked) no.current?.focus()
  }, [asked])
  if (!asked)
    return (
      <button type="button" class="danger" onClick={() => setAsked(true)}>
        {label}
      </button>
    )
  return (
    <fieldset class="risky" aria-label={label}>
      <p>{question}</p>
      <Fault text={doing.fault} />
      <div class="row">
        <button type="button" class="danger" disabled={doing.busy} onClick={() => doing.run(act)}>
          {doing.busy ? 'Working…' : label}
        </button>
        <button type="button" ref={no} disabled={doing.busy} onClick={() => setAsked(false)}>
          Cancel
        </button>
      </div>
    </fieldset>
  )
}
