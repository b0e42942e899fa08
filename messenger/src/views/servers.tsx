import type { KnownProvider, Withheld, WithheldReason } from '@parley/messaging'
import type { Chat } from '../model/chat.ts'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Fault } from './parts.tsx'

const kinds = { store: 'store', gateway: 'gateway', pds: 'post-delivery service' } as const

const did: Readonly<Record<WithheldReason, string>> = {
  promised: 'promised to keep something, and says now that it has nothing.',
  lacks: 'again and again had nothing where others had what was asked for.',
  lied: 'gave something else than what was asked for. It was noticed and thrown away.',
  refused: 'did not do what it was asked for.',
  broken: 'signed a promise and did not keep it.',
}

/** What is at stake, so that nobody has to guess. */
const stake =
  'It could read nothing. What another server has still arrives; what is missing is said in the conversation.'

function Notice({ chat, withheld }: { readonly chat: Chat; readonly withheld: Withheld }) {
  const doing = useDoing()
  const { provider, evidence } = withheld
  const { name, kind } = provider
  const isAside = chat.servers.all.some((each) => each.name === name && each.kind === kind && each.aside)
  return (
    <li class="notice">
      <p>
        <Icon name="warning" /> A {kinds[kind]} withholds: <span class="place">{name}</span> {did[evidence.reason]}
      </p>
      {isAside ? (
        <p class="hint">It is asked last from now on.</p>
      ) : (
        <button type="button" disabled={doing.busy} onClick={() => doing.run(() => chat.servers.switchFrom(withheld))}>
          Ask it last from now on
        </button>
      )}
      <Fault text={doing.fault} />
    </li>
  )
}

/** What servers are reported for, until the user has seen it. */
export function Notices({ chat }: { readonly chat: Chat }) {
  const doing = useDoing()
  const { notices } = chat.servers
  return (
    <div role="status">
      {notices.length > 0 && (
        <section class="notices" aria-label="Servers that withhold">
          <ul class="plain">
            {notices.map((withheld) => (
              <Notice key={withheld.evidence.at} chat={chat} withheld={withheld} />
            ))}
          </ul>
          <p class="hint">{stake}</p>
          <button type="button" disabled={doing.busy} onClick={() => doing.run(() => chat.servers.dismiss())}>
            Dismiss
          </button>
          <Fault text={doing.fault} />
        </section>
      )}
    </div>
  )
}

function Server({ chat, provider }: { readonly chat: Chat; readonly provider: KnownProvider }) {
  const doing = useDoing()
  return (
    <li class="member">
      <div class="grow">
        <strong class="place">{provider.name}</strong>
        <span class="meta">
          {kinds[provider.kind]}
          {provider.aside && ' · asked last'}
        </span>
      </div>
      {provider.aside && (
        <button type="button" disabled={doing.busy} onClick={() => doing.run(() => chat.servers.switchBack(provider))}>
          Ask it in its turn again
        </button>
      )}
      <Fault text={doing.fault} />
    </li>
  )
}

/** Who serves this device. */
export const ServerList = ({ chat }: { readonly chat: Chat }) => (
  <section aria-label="Servers">
    <h3>Servers</h3>
    <p class="hint">
      Gateways pay for you. Stores keep what was said, encrypted, until everybody has it. None of them can read
      anything.
    </p>
    <ul class="plain">
      {chat.servers.all.map((provider) => (
        <Server key={`${provider.kind}/${provider.name}`} chat={chat} provider={provider} />
      ))}
    </ul>
  </section>
)
