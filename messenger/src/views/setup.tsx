import { useRef, useState } from 'preact/hooks'
import type { Places } from '../places/places.ts'
import type { KeptWallet } from '../session/own-data.ts'
import { hasInjected, injectedWallet, newWallet, walletOf } from '../session/wallet.ts'
import mark from '../style/parley.svg'
import { useArrival, useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Fault } from './parts.tsx'

function Welcome() {
  const title = useRef<HTMLHeadingElement>(null)
  useArrival(title)
  return (
    <>
      <img class="mark" src={mark} alt="" width="56" height="56" />
      <h1 ref={title} tabIndex={-1}>
        Parley
      </h1>
      <p class="lead">
        Talk end to end encrypted. Nobody else reads it, nobody can reorder it, and anyone can check the record.
      </p>
    </>
  )
}

/** The first thing that somebody sees: how this browser is to sign. */
export function Setup({
  places,
  onWallet,
}: {
  readonly places: Places
  readonly onWallet: (wallet: KeptWallet) => Promise<void>
}) {
  const doing = useDoing()
  const [key, setKey] = useState('')
  const choose = (wallet: () => KeptWallet | Promise<KeptWallet>) => doing.run(async () => onWallet(await wallet()))
  return (
    <main class="card">
      <Welcome />
      <button type="button" class="primary wide" disabled={doing.busy} onClick={() => choose(newWallet)}>
        Create an account
      </button>
      {hasInjected() && (
        <button type="button" class="wide" disabled={doing.busy} onClick={() => choose(() => injectedWallet(places))}>
          Use the browser’s wallet
        </button>
      )}
      <details>
        <summary>I have an account on another device</summary>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void choose(() => walletOf(key))
          }}
        >
          <label for="recovery">Recovery key</label>
          <input
            id="recovery"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="recovery-hint"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
          <p class="hint" id="recovery-hint">
            The other device shows it under Account and devices.
          </p>
          <button type="submit" class="wide" disabled={doing.busy || key.trim() === ''}>
            Add this device
          </button>
        </form>
      </details>
      <Fault text={doing.fault} />
      <p class="hint">
        <Icon name="lock" /> The key is made and kept in this browser, encrypted. No name, number or e-mail is asked
        for.
      </p>
    </main>
  )
}

/** The account is there; others cannot find it yet. */
export function Register({
  address,
  onRegister,
}: {
  readonly address: string
  readonly onRegister: () => Promise<void>
}) {
  const doing = useDoing()
  return (
    <main class="card">
      <Welcome />
      <p>One step is left: this device’s public keys go into the directory, so that people can find and invite you.</p>
      <p class="hint">
        It costs you nothing: a gateway pays for it. It takes some seconds. Everybody can see the address, and nobody
        who it belongs to:
      </p>
      <p class="address">{address}</p>
      <button type="button" class="primary wide" disabled={doing.busy} onClick={() => doing.run(onRegister)}>
        {doing.busy ? 'Registering…' : 'Register this device'}
      </button>
      <Fault text={doing.fault} />
    </main>
  )
}

/** Another tab has the messenger. */
export const Elsewhere = ({ onTakeOver }: { readonly onTakeOver: () => void }) => (
  <main class="card">
    <Welcome />
    <p role="status">Parley is open in another tab of this browser. Only one tab at a time can write.</p>
    <button type="button" class="primary wide" onClick={onTakeOver}>
      Use it here
    </button>
  </main>
)

/** What happens, or what went wrong for good. */
export const Notice = ({ text, onAgain }: { readonly text: string; readonly onAgain?: () => void }) => (
  <main class="card">
    <Welcome />
    {onAgain === undefined ? (
      <p role="status">{text}</p>
    ) : (
      <>
        <p role="alert" class="fault">
          {text}
        </p>
        <button type="button" class="wide" onClick={onAgain}>
          Reload the page
        </button>
      </>
    )}
  </main>
)
