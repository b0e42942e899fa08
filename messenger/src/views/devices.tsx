import type { OwnDevice } from '@parley/messaging'
import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import { addressOf, shortAddress } from '../model/words.ts'
import { useDoing } from './hooks.ts'
import { Fault, Risky } from './parts.tsx'

const digitsOfCode = 12

function Device({ device, onRevoke }: { readonly device: OwnDevice; readonly onRevoke: () => Promise<void> }) {
  const { isThis, isConfirmed, installation } = device
  return (
    <li class="member">
      <div class="grow">
        <strong>{isThis ? 'This device' : 'Another device'}</strong>
        <span class="meta">
          {shortAddress(addressOf(installation))}
          {!isThis && (isConfirmed ? ' · in your conversations' : ' · not let in')}
        </span>
      </div>
      {!isThis && (
        <Risky
          label="Revoke"
          question="This device will read and write nothing any more, and it can not be undone. Revoke it?"
          act={onRevoke}
        />
      )}
    </li>
  )
}

/** Devices of the own identity: lets new ones in, and shuts lost ones out. */
export function Devices({ chat }: { readonly chat: Chat }) {
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
      setTold('Let in. The new device shows a request now: accept it there.')
      await look()
    })
  const revoke = async ({ installation }: OwnDevice) => {
    await chat.messenger.revokeInstallations({ installations: [installation] })
    await look()
  }
  return (
    <section aria-label="Devices">
      <h3>Your devices</h3>
      <p class="hint">
        To use Parley on another device, open it there, add it with your recovery key, register it, and type below the
        code that it shows here.
      </p>
      <ul class="plain">
        {devices.map((device) => (
          <Device key={addressOf(device.installation)} device={device} onRevoke={() => revoke(device)} />
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
        <label for="code">Code that your other device shows</label>
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
          <button type="submit" disabled={doing.busy || code.replaceAll(/\D/g, '').length !== digitsOfCode}>
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
