import { useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { KeptWallet } from '../session/own-data.ts'
import { Devices } from './devices.tsx'
import { useDoing } from './hooks.ts'
import { Copy, Dialog, Fault } from './parts.tsx'
import { ServerList } from './servers.tsx'

function RecoveryKey({ chat, secret }: { readonly chat: Chat; readonly secret: string }) {
  const doing = useDoing()
  const [shown, setShown] = useState(false)
  const show = () => {
    setShown(true)
    void doing.run(() => chat.showedKey())
  }
  return (
    <section aria-label="Recovery key">
      <h3>Recovery key</h3>
      <p class="hint">
        Who has it is you: it adds devices and revokes them. When this browser’s data is deleted, nothing else brings
        your account back. Keep it where nobody else looks.
      </p>
      {shown ? (
        <>
          <p class="address">{secret}</p>
          <Copy text={secret} label="Copy the key" />
        </>
      ) : (
        <button type="button" onClick={show}>
          Show the recovery key
        </button>
      )}
      <Fault text={doing.fault} />
    </section>
  )
}

/** The own address, its key and its devices, and who serves it. */
export function Account({
  chat,
  wallet,
  onClose,
}: {
  readonly chat: Chat
  readonly wallet: KeptWallet
  readonly onClose: () => void
}) {
  return (
    <Dialog title="Account and devices" onClose={onClose}>
      <section aria-label="Address">
        <h3>Your address</h3>
        <p class="hint">Give it to people who want to invite you.</p>
        <p class="address">{chat.address}</p>
        <Copy text={chat.address} label="Copy the address" />
      </section>
      <Devices chat={chat} />
      {wallet.kind === 'own' && <RecoveryKey chat={chat} secret={wallet.secret} />}
      <ServerList chat={chat} />
    </Dialog>
  )
}
