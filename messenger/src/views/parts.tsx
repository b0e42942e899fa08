import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** The same colour for the same address, everywhere. */
export function Avatar({ address, name }: { readonly address: string; readonly name: string }) {
  const hue = Number.parseInt(address.slice(2, 8), 16) % 12
  const letters = name.startsWith('0x') ? name.slice(2, 4) : name.slice(0, 2)
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
