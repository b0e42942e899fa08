import type { OwnDevice } from '@parley/messaging'
import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import { addressOf, shortAddress } from '../model/words.ts'
import type { KeptWallet } from '../session/own-data.ts'
import { useDoing } from './hooks.ts'
import { Dialog, Fault } from './parts.tsx'

function Copy({ text, label }: { readonly text: string; readonly label: string }) {
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

function Device({ device, onRevoke }: { readonly device: OwnDevice; readonly onRevoke: () => Promise<void> }) {
  const doing = useDoing()
  const { isThis, isConfirmed, installation } = device
  return (
    <li class="member">
      <div class="row">
        <div class="grow">
          <strong>{isThis ? 'This device' : 'Another device'}</strong>
          <span class="meta">
            {shortAddress(addressOf(installation))} · {isThis || isConfirmed ? 'in your conversations' : 'not let in'}
          </span>
        </div>
        {!isThis && (
          <button type="button" class="danger" disabled={doing.busy} onClick={() => doing.run(onRevoke)}>
            {doing.busy ? 'Revoking…' : 'Revoke'}
          </button>
        )}
      </div>
      <Fault text={doing.fault} />
    </li>
  )
}

function Devices({ chat }: { readonly chat: Chat }) {
  const doing = useDoing()
  const [devices, setDevices] = useState<readonly OwnDevice[]>([])
  const [code, setCode] = useState('')
  const [told, setTold] = useState('')
  const look = async () => setDevices(await chat.devices())
  useEffect(() => void doing.run(look), [])
  const confirm = () =>
    doing.run(async () => {
      await chat.messenger.confirmInstallation({ code })
      setCode('')
      setTold('Let in. It shows the request now; accept it there.')
      await look()
    })
  return (
    <section aria-label="Devices">
      <h3>Devices</h3>
      <ul class="plain">
        {devices.map((device) => (
          <Device
            key={addressOf(device.installation)}
            device={device}
            onRevoke={async () => {
              await chat.messenger.revokeInstallations({ installations: [device.installation] })
              await look()
            }}
          />
        ))}
      </ul>
      <p>
        This device’s code: <strong class="code">{chat.messenger.code}</strong>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void confirm()
        }}
      >
        <label for="code">Code that another device of yours shows</label>
        <div class="row">
          <input
            id="code"
            class="grow"
            inputMode="numeric"
            autocomplete="off"
            placeholder="0000 0000 0000"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
          <button type="submit" disabled={doing.busy || code.replaceAll(/\D/g, '').length !== 12}>
            Let it in
          </button>
        </div>
      </form>
      <p class="hint" role="status">
        {told}
      </p>
      <Fault text={doing.fault} />
    </section>
  )
}

/** The own address, its key and its devices. */
export function Account({
  chat,
  wallet,
  onClose,
}: {
  readonly chat: Chat
  readonly wallet: KeptWallet
  readonly onClose: () => void
}) {
  const [shown, setShown] = useState(false)
  return (
    <Dialog title="Account" onClose={onClose}>
      <section aria-label="Address">
        <h3>Your address</h3>
        <p class="hint">Give it to people who want to invite you.</p>
        <p class="address">{chat.address}</p>
        <Copy text={chat.address} label="Copy the address" />
      </section>
      <Devices chat={chat} />
      {wallet.kind === 'own' && (
        <section aria-label="Recovery key">
          <h3>Recovery key</h3>
          <p class="hint">Who has it is you: it adds devices and revokes them. Keep it where nobody else looks.</p>
          {shown ? (
            <>
              <p class="address">{wallet.secret}</p>
              <Copy text={wallet.secret} label="Copy the key" />
            </>
          ) : (
            <button type="button" onClick={() => setShown(true)}>
              Show the recovery key
            </button>
          )}
        </section>
      )}
    </Dialog>
  )
}
